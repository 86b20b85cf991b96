"""The few messages of Envoy's API that Envoy and the agent exchange over gRPC, made for the protobuf library.

Names and numbers of the fields are those of envoy/service/discovery/v3/discovery.proto,
envoy/config/listener/v3/listener_components.proto, envoy/config/core/v3/base.proto and
xds/type/v3/typed_struct.proto. Other fields that Envoy sends are skipped, as protobuf does with unknown ones.
"""

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf import any_pb2, descriptor_pool, duration_pb2, struct_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto
from google.protobuf.json_format import ParseDict
from google.protobuf.message_factory import GetMessageClass

from gateway.translation.wire import TYPE

FILTER_CHAIN = TYPE + "envoy.config.listener.v3.FilterChain"
_TYPED_STRUCT = TYPE + "xds.type.v3.TypedStruct"
_PACKAGE = "countersign.xds"
_ANY, _STRUCT, _DURATION = "google.protobuf.Any", "google.protobuf.Struct", "google.protobuf.Duration"
_MANY = "*"  # after a type: a repeated field
_MESSAGES: dict[str, dict[str, tuple[int, str]]] = {
    "Status": {"code": (1, "int32"), "message": (2, "string")},
    "Version": {"key": (1, "string"), "value": (2, "string")},  # an entry of a map is such a message
    "DeltaDiscoveryRequest": {
        "type_url": (2, "string"),
        "resource_names_subscribe": (3, "string*"),
        "resource_names_unsubscribe": (4, "string*"),
        "initial_resource_versions": (5, "Version*"),
        "response_nonce": (6, "string"),
        "error_detail": (7, "Status"),
    },
    "Resource": {"version": (1, "string"), "resource": (2, _ANY), "name": (3, "string")},
    "DeltaDiscoveryResponse": {
        "system_version_info": (1, "string"),
        "resources": (2, "Resource*"),
        "type_url": (4, "string"),
        "nonce": (5, "string"),
        "removed_resources": (6, "string*"),
    },
    "TypedStruct": {"type_url": (1, "string"), "value": (2, _STRUCT)},
    "TransportSocket": {"name": (1, "string"), "typed_config": (3, _ANY)},
    "Filter": {"name": (1, "string"), "typed_config": (4, _ANY)},
    "FilterChain": {
        "filters": (3, "Filter*"),
        "transport_socket": (6, "TransportSocket"),
        "name": (7, "string"),
        "transport_socket_connect_timeout": (9, _DURATION),
    },
}


def _classes() -> dict[str, Any]:
    file = FileDescriptorProto(name="countersign/xds.proto", package=_PACKAGE, syntax="proto3")
    file.dependency.extend(known.DESCRIPTOR.name for known in (any_pb2, struct_pb2, duration_pb2))
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            many, kind = kind.endswith(_MANY), kind.removesuffix(_MANY)
            added = message.field.add(name=field, number=number)
            added.label = FieldDescriptorProto.LABEL_REPEATED if many else FieldDescriptorProto.LABEL_OPTIONAL
            if kind in _PLAIN:
                added.type = _PLAIN[kind]
            else:
                added.type = FieldDescriptorProto.TYPE_MESSAGE
                added.type_name = f".{kind if '.' in kind else f'{_PACKAGE}.{kind}'}"
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return {name: GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}")) for name in _MESSAGES}


_PLAIN = {"string": FieldDescriptorProto.TYPE_STRING, "int32": FieldDescriptorProto.TYPE_INT32}
_CLASSES = _classes()


def message(name: str) -> Any:
    """The class of a message, by its name in Envoy's API."""
    return _CLASSES[name]


def offer(name: str, version: str, chain: str, nonce: str) -> Any:
    """The Response that brings one FilterChain (JSON text)."""
    response = message("DeltaDiscoveryResponse")(type_url=FILTER_CHAIN, nonce=nonce)
    response.resources.add(name=name, version=version).resource.CopyFrom(_packed(json.loads(chain)))
    return response


def withdrawal(name: str, nonce: str) -> Any:
    """The Response that says that there is no FilterChain of this name (any more)."""
    gone = message("DeltaDiscoveryResponse")
    return gone(type_url=FILTER_CHAIN, nonce=nonce, removed_resources=[name])


def _packed(chain: Mapping[str, Any]) -> any_pb2.Any:
    """`filter_chain_match` is left out: the listener's own matcher leads here by the chain's name."""
    made = message("FilterChain")(name=chain["name"])
    made.transport_socket_connect_timeout.FromJsonString(chain["transport_socket_connect_timeout"])
    _configure(made.transport_socket, chain["transport_socket"])
    for filter_ in chain["filters"]:
        _configure(made.filters.add(), filter_)
    return any_pb2.Any(type_url=FILTER_CHAIN, value=made.SerializeToString())


def _configure(extension: Any, plain: Mapping[str, Any]) -> None:
    """A TransportSocket or a Filter. Its configuration travels as a TypedStruct, which Envoy reads like JSON:
    so no message of an extension need be known here."""
    extension.name = plain["name"]
    config = dict(plain["typed_config"])
    struct = message("TypedStruct")(type_url=config.pop("@type"))
    ParseDict(config, struct.value)
    extension.typed_config.CopyFrom(any_pb2.Any(type_url=_TYPED_STRUCT, value=struct.SerializeToString()))
