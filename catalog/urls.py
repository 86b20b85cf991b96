"""Pages of the app."""

from django.urls import path

from .views import products, proxies

app_name = "catalog"
urlpatterns = [
    path("proxies/", proxies.proxies, name="proxies"),
    path("proxies/new/", proxies.new, name="proxy_new"),
    path("proxies/<uuid:uuid>/", proxies.proxy, name="proxy"),
    path("proxies/<uuid:uuid>/edit/", proxies.edit, name="proxy_edit"),
    path("proxies/<uuid:uuid>/delete/", proxies.delete, name="proxy_delete"),
    path("products/", products.products, name="products"),
    path("products/new/", products.new, name="product_new"),
    path("products/<uuid:uuid>/", products.product, name="product"),
    path("products/<uuid:uuid>/edit/", products.edit, name="product_edit"),
    path("products/<uuid:uuid>/publish/", products.publish, name="publish"),
]
