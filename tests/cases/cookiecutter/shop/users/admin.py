"""Users in the admin."""

from django.contrib import admin

from shop.users.models import User

admin.site.register(User)
