"""Tasks in the background."""

from celery import shared_task

from shop.users.models import User


@shared_task()
def get_users_count() -> int:
    """Return the number of users, and say it."""
    count = User.objects.count()
    print(f"there are {count} users")
    return count
