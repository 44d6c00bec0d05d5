"""Addresses of profiles."""

from __future__ import annotations

from django.urls import path

from microblog.social import views

urlpatterns = [
    path("@<slug:handle>/", views.profile, name="profile"),
    path("@<slug:handle>/followers/", views.followers, name="followers"),
    path("@<slug:handle>/following/", views.following, name="following"),
    path("@<slug:handle>/follow/", views.follow, name="follow"),
    path("@<slug:handle>/unfollow/", views.unfollow, name="unfollow"),
]
