"""The nouns. Rows are read through their named querysets; a door never builds a query."""

from odziv.models.activities import Activity, ActivityKind, ActivityState
from odziv.models.arrivals import Arrival, ArrivalKind, Reading, SetAside
from odziv.models.assistant import CardKind
from odziv.models.bulk_runs import BulkRun, BulkStep, RunState
from odziv.models.cards import Card, CardState, Happening, Priority
from odziv.models.consent import ConsentEntry, ConsentSource, Refusal
from odziv.models.deliveries import Delivery, Taken
from odziv.models.digests import Digest, DigestState
from odziv.models.discarded import Discarded
from odziv.models.engagement import EngagementPause
from odziv.models.files import Attachment, StoredFile
from odziv.models.filings import Filing, FilingState
from odziv.models.grants import Grant, OAuthClient
from odziv.models.habits import DomainHabit
from odziv.models.handed import HandedDoor, HandedIn, HandedState, HookSecret
from odziv.models.imports import Duplicates, FileFormat, Import, ImportFault, ImportState, KnownColumn
from odziv.models.interactions import (
    AgentKind,
    Device,
    Heartbeat,
    Interaction,
    InteractionKind,
    SpoolPosition,
    Verdict,
)
from odziv.models.mailboxes import DEFAULT_CONNECTIONS, MOST_CONNECTIONS, Mailbox, MailboxKind, Security, SignIn
from odziv.models.messages import Link, Message
from odziv.models.notices import UNSEEN, NoticeState, PushNotice, PushSubscription
from odziv.models.organisations import (
    OWN_HOLIDAYS,
    ApiToken,
    Organisation,
    Role,
    UndoSeconds,
    User,
    WorkingWeek,
)
from odziv.models.outgoing import Decision, Mark, OutgoingHold
from odziv.models.parties import Party, PartyQuerySet, PartyRole
from odziv.models.people import Invitation, PersonChange, PersonChangeKind
from odziv.models.qualifications import Qualification
from odziv.models.reach import RecordAddress, RecordEmail, RecordPhone, address_key
from odziv.models.recent import RecentRecord
from odziv.models.record_kinds import FollowEmail, RecordKind, RecordStatus
from odziv.models.records import Account, Contact, Lead, Opportunity, Record
from odziv.models.reminders import Condition, Reminder, ReminderState
from odziv.models.retention import JournalLimit, JournalMonths, KeptFigures, Settled
from odziv.models.returns import Cleared, Dead, HardBounce
from odziv.models.sample import SampleRun
from odziv.models.saved_views import ListChoice, SavedView
from odziv.models.secret import SecretUnreadable
from odziv.models.signing import SigningFault, SigningKey, SigningKind
from odziv.models.states import FINAL, DeliveryState, Direction, FollowState, MessageState
from odziv.models.statuses import REASONS, StatusChange, StatusReason
from odziv.models.team_networks import TeamNetwork
from odziv.models.templates import Template, TemplateAttachment, TemplateVersion
from odziv.models.testmail import TestMail
from odziv.models.trials import Trial, TrialState
from odziv.models.weighing import WeighingState, WeightChange
from odziv.models.words import MessageWords, RecordWords

__all__ = [
    "DEFAULT_CONNECTIONS",
    "FINAL",
    "MOST_CONNECTIONS",
    "OWN_HOLIDAYS",
    "REASONS",
    "UNSEEN",
    "Account",
    "Activity",
    "ActivityKind",
    "ActivityState",
    "AgentKind",
    "ApiToken",
    "Arrival",
    "ArrivalKind",
    "Attachment",
    "BulkRun",
    "BulkStep",
    "Card",
    "CardKind",
    "CardState",
    "Cleared",
    "Condition",
    "ConsentEntry",
    "ConsentSource",
    "Contact",
    "Dead",
    "Decision",
    "Delivery",
    "DeliveryState",
    "Device",
    "Digest",
    "DigestState",
    "Direction",
    "Discarded",
    "DomainHabit",
    "Duplicates",
    "EngagementPause",
    "FileFormat",
    "Filing",
    "FilingState",
    "FollowEmail",
    "FollowState",
    "Grant",
    "HandedDoor",
    "HandedIn",
    "HandedState",
    "Happening",
    "HardBounce",
    "Heartbeat",
    "HookSecret",
    "Import",
    "ImportFault",
    "ImportState",
    "Interaction",
    "InteractionKind",
    "Invitation",
    "JournalLimit",
    "JournalMonths",
    "KeptFigures",
    "KnownColumn",
    "Lead",
    "Link",
    "ListChoice",
    "Mailbox",
    "MailboxKind",
    "Mark",
    "Message",
    "MessageState",
    "MessageWords",
    "NoticeState",
    "OAuthClient",
    "Opportunity",
    "Organisation",
    "OutgoingHold",
    "Party",
    "PartyQuerySet",
    "PartyRole",
    "PersonChange",
    "PersonChangeKind",
    "Priority",
    "PushNotice",
    "PushSubscription",
    "Qualification",
    "Reading",
    "RecentRecord",
    "Record",
    "RecordAddress",
    "RecordEmail",
    "RecordKind",
    "RecordPhone",
    "RecordStatus",
    "RecordWords",
    "Refusal",
    "Reminder",
    "ReminderState",
    "Role",
    "RunState",
    "SampleRun",
    "SavedView",
    "SecretUnreadable",
    "Security",
    "SetAside",
    "Settled",
    "SignIn",
    "SigningFault",
    "SigningKey",
    "SigningKind",
    "SpoolPosition",
    "StatusChange",
    "StatusReason",
    "StoredFile",
    "Taken",
    "TeamNetwork",
    "Template",
    "TemplateAttachment",
    "TemplateVersion",
    "TestMail",
    "Trial",
    "TrialState",
    "UndoSeconds",
    "User",
    "Verdict",
    "WeighingState",
    "WeightChange",
    "WorkingWeek",
    "address_key",
]
