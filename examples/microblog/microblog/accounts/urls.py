"""Addresses of the account pages."""

from __future__ import annotations

from django.contrib.auth import views as auth
from django.urls import path, reverse_lazy

from microblog.accounts import views
from microblog.accounts.forms import ForgottenPasswordForm, NewPasswordForm, SignInForm

urlpatterns = [
    path("sign-up/", views.sign_up, name="sign_up"),
    path("confirm/<str:ticket>/", views.confirm, name="confirm"),
    path(
        "sign-in/",
        auth.LoginView.as_view(
            template_name="accounts/sign_in.html", authentication_form=SignInForm, redirect_authenticated_user=True
        ),
        name="sign_in",
    ),
    path("sign-out/", auth.LogoutView.as_view(), name="sign_out"),
    path(
        "forgotten-password/",
        auth.PasswordResetView.as_view(
            template_name="accounts/forgotten_password.html",
            form_class=ForgottenPasswordForm,
            success_url=reverse_lazy("password_reset_done"),
        ),
        name="password_reset",
    ),
    path(
        "forgotten-password/sent/",
        auth.PasswordResetDoneView.as_view(template_name="accounts/forgotten_password_sent.html"),
        name="password_reset_done",
    ),
    path(
        "new-password/<str:uidb64>/<str:token>/",
        auth.PasswordResetConfirmView.as_view(
            template_name="accounts/new_password.html",
            form_class=NewPasswordForm,
            success_url=reverse_lazy("sign_in"),
        ),
        name="password_reset_confirm",
    ),
    path("settings/", views.edit, name="settings"),
    path(
        "settings/password/",
        auth.PasswordChangeView.as_view(
            template_name="accounts/change_password.html", success_url=reverse_lazy("settings")
        ),
        name="password_change",
    ),
    path("settings/tokens/", views.create_token, name="create_token"),
    path("settings/tokens/<int:number>/delete/", views.delete_token, name="delete_token"),
]
