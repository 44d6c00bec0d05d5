"""What people fill in about themselves."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, password_validation
from django.contrib.auth.forms import AuthenticationForm, PasswordResetForm, SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from microblog.accounts import services, throttle
from microblog.accounts.models import RESERVED_HANDLES, VALID_HANDLE, User
from microblog.core.http import client_address
from microblog.mail.services import queue_mail

_TOO_MANY = "Too many attempts. Try again in a quarter of an hour."


class SignUpForm(forms.Form):
    """An address, a handle and a password."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    handle = forms.CharField(
        label="Handle",
        max_length=24,
        validators=[VALID_HANDLE],
        help_text="How others find you: small letters, digits and underscores.",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label="Password",
        max_length=128,
        help_text="At least 10 characters.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_handle(self) -> str:
        """Return a handle that is free."""
        handle = str(self.cleaned_data["handle"])
        if handle in RESERVED_HANDLES or User.objects.filter(handle=handle).exists():
            raise ValidationError("This handle is taken.", code="taken")
        return handle

    def clean(self) -> dict[str, Any]:
        """Check the password against what is known of its owner."""
        data = super().clean() or {}
        if "password" in data:
            owner = User(email=data.get("email", ""), handle=data.get("handle", ""))
            try:
                password_validation.validate_password(data["password"], owner)
            except ValidationError as error:
                self.add_error("password", error)
        return data


class ConfirmForm(forms.Form):
    """The password that was chosen on signing up: the link alone shows who reads the address, not who chose it."""

    password = forms.CharField(
        label="Password",
        max_length=128,
        help_text="The one that you chose when you signed up.",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *arguments: Any, user: User, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.user = user

    def clean_password(self) -> str:
        """Return the password if it is right."""
        password = str(self.cleaned_data["password"])
        key = f"sign-in:{self.user.email}"
        if throttle.exhausted(key):
            raise ValidationError(_TOO_MANY, code="throttled")
        if not self.user.check_password(password):
            throttle.count(key)
            raise ValidationError("This is not the password of this account.", code="wrong")
        return password


class SignInForm(AuthenticationForm):
    """Address and password, with a limit on wrong ones."""

    error_messages = {  # noqa: RUF012  Django declares it so
        "invalid_login": "Address or password is wrong.",
        "inactive": "This account is closed.",
        "unconfirmed": "Confirm your address first: the link is in the mail that we have just sent you again.",
    }

    def __init__(self, request: HttpRequest | None = None, *arguments: Any, **options: Any) -> None:
        super().__init__(request, *arguments, **options)
        self.fields["username"].widget.attrs["autocomplete"] = "email"

    def clean(self) -> dict[str, Any]:
        """Find the user."""
        email, password = self.cleaned_data.get("username", ""), self.cleaned_data.get("password")
        if not email or not password:
            return self.cleaned_data
        keys = [f"sign-in:{str(email).lower()}"]
        if self.request is not None:
            keys.append(f"sign-in:{client_address(self.request)}")
        if throttle.exhausted(*keys):
            raise ValidationError(_TOO_MANY, code="throttled")
        user = authenticate(self.request, username=email, password=password)
        if not isinstance(user, User):
            throttle.count(*keys)
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(user)
        self.user_cache = user
        return self.cleaned_data

    def confirm_login_allowed(self, user: Any) -> None:
        """Refuse somebody who has not confirmed the address, and send the link again."""
        super().confirm_login_allowed(user)
        if user.email_confirmed_at is None:
            throttle.count(f"sign-in:{user.email}")
            services.send_confirmation(user)
            raise ValidationError(self.error_messages["unconfirmed"], code="unconfirmed")


class ForgottenPasswordForm(PasswordResetForm):
    """The address to send a link to."""

    def save(self, *_arguments: Any, **_options: Any) -> None:
        """Send the link to whoever has the address; who asked does not learn whether there is somebody."""
        email = str(self.cleaned_data["email"]).lower()
        if throttle.exhausted(f"reset:{email}"):
            return
        throttle.count(f"reset:{email}")
        for user in User.objects.filter(email=email, is_active=True):
            path = reverse(
                "password_reset_confirm",
                args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)],
            )
            queue_mail(
                recipient=user.email,
                subject="Choose a new password",
                template="accounts/mail/password_reset.txt",
                context={"user": user, "link": settings.FRONTEND_URL + path},
            )


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]
    """A password set through a link in a mail, which confirms the address as well."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  Django's signature
        """Set the password."""
        user: User = super().save(commit=commit)
        services.confirm(user)
        return user


class ProfileForm(forms.ModelForm[User]):
    """What others see, and what we send."""

    class Meta:
        """All that people change themselves."""

        model = User
        fields = ("display_name", "bio", "wants_digest")
        widgets: ClassVar = {
            "display_name": forms.TextInput(attrs={"autocomplete": "name"}),
            "bio": forms.Textarea(attrs={"rows": 3, "maxlength": 200}),
        }
