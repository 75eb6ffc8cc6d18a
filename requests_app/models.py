"""The index of tables: one import line each."""

from requests_app.audit.models import AuditEvent as AuditEvent
from requests_app.brands.models import Brand as Brand
from requests_app.bundle.models import Bundle as Bundle
from requests_app.collection.models import Part as Part
from requests_app.collection.models import Pull as Pull
from requests_app.correspondence.models import Letter as Letter
from requests_app.ledger.models import Step as Step
from requests_app.matching.models import Match as Match
from requests_app.officers.models import Invitation as Invitation
from requests_app.officers.models import Membership as Membership
from requests_app.officers.models import Officer as Officer
from requests_app.sources.models import Source as Source
from requests_app.vault.models import StoredFile as StoredFile
from requests_app.verification.models import Challenge as Challenge
from requests_app.verification.models import Proof as Proof
from requests_app.workflow.models import SubjectRequest as SubjectRequest
from requests_app.workflow.models import Transition as Transition
