"""Pages about one's own account."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from microblog.accounts import confirmation, services, throttle
from microblog.accounts.forms import ConfirmForm, ProfileForm, SignUpForm
from microblog.api import services as tokens
from microblog.core.http import UserRequest, client_address


@never_cache
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    """Sign up; what is shown next does not tell whether the address was known."""
    if request.user.is_authenticated:
        return redirect("home")
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        key = f"sign-up:{client_address(request)}"
        if throttle.exhausted(key):
            form.add_error(None, "Too many attempts. Try again in a quarter of an hour.")
        else:
            throttle.count(key)
            try:
                services.sign_up(**form.cleaned_data)
            except services.HandleTakenError:
                form.add_error("handle", "This handle is taken.")
            else:
                return render(request, "accounts/check_mail.html", {"email": form.cleaned_data["email"]})
    return render(request, "accounts/sign_up.html", {"form": form}, status=_status(form))


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, ticket: str) -> HttpResponse:
    """Confirm an address and sign in. Opening the link confirms nothing: programs that look at mails open links too."""
    try:
        user = confirmation.user_of(ticket)
    except confirmation.InvalidLinkError:
        return render(request, "accounts/link_expired.html", status=410)
    if user.email_confirmed_at is not None:
        messages.info(request, "Your address is confirmed. Sign in.")
        return redirect("sign_in")
    form = ConfirmForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        services.confirm(user)
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        messages.success(request, "Welcome! Your address is confirmed.")
        return redirect("home")
    return render(request, "accounts/confirm.html", {"person": user, "form": form}, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: UserRequest) -> HttpResponse:
    """Change what others see."""
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect("settings")
    context = {"form": form, "tokens": request.user.api_tokens.order_by("-created_at")}
    return render(request, "accounts/settings.html", context, status=_status(form))


@never_cache
@login_required
@require_http_methods(["POST"])
def create_token(request: UserRequest) -> HttpResponse:
    """Show a new token of the API: this once."""
    secret = tokens.create_token(user=request.user, name=request.POST.get("name", ""))
    return render(request, "accounts/token.html", {"secret": secret})


@login_required
@require_http_methods(["POST"])
def delete_token(request: UserRequest, number: int) -> HttpResponse:
    """Make a token of the API worthless."""
    request.user.api_tokens.filter(pk=number).delete()
    messages.success(request, "The token works no longer.")
    return redirect("settings")


def _status(form: BaseForm) -> int:
    return 422 if form.errors else 200
