"""Posts in the admin."""

from __future__ import annotations

from django.contrib import admin

from microblog.posts.models import Post


@admin.register(Post)
class PostAdmin(admin.ModelAdmin[Post]):
    """Posts, newest first, without loading every user into a menu or counting every row."""

    list_display = ("text", "author", "image_state", "created_at")
    list_filter = ("image_state",)
    list_select_related = ("author",)
    ordering = ("-created_at", "-id")
    raw_id_fields = ("author",)
    search_fields = ("author__handle",)
    show_full_result_count = False
    readonly_fields = ("created_at", "thumbnail_width", "thumbnail_height")
