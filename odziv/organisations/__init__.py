"""Organisations and the people in them: founded, invited, given roles, gone (SPEC O)."""

from odziv.organisations.founding import AddressTaken, add_user, create_organisation
from odziv.organisations.people import LastAdministrator, change_user

__all__ = ["AddressTaken", "LastAdministrator", "add_user", "change_user", "create_organisation"]
