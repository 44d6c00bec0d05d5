"""Addresses of timelines and posts."""

from __future__ import annotations

from django.urls import path

from microblog.posts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("everyone/", views.everyone, name="everyone"),
    path("posts/", views.publish, name="publish"),
    path("posts/<int:number>/", views.show, name="post"),
    path("posts/<int:number>/picture/", views.picture, name="picture"),
    path("posts/<int:number>/delete/", views.delete, name="delete_post"),
    path("posts/<int:number>/like/", views.like, name="like"),
    path("posts/<int:number>/unlike/", views.unlike, name="unlike"),
]
