//! The failure of a call, with the user that exists nevertheless.

use std::fmt;

use super::snapshot::Snapshot;
use crate::{
    apply::{ApplyError, Failed},
    client::{ClientError, ErrorKind},
    read::InstanceError,
    user::{Code, Diagnostic, ImportId, ImportIdError, Operation, Path, joined},
};

/// The failure of a call: the reasons, and the actual user.
///
/// If there is a snapshot, store it, however the engine handles the reasons: the next call continues from the snapshot
/// and repeats nothing.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Failure {
    /// The reasons, and further warnings and notes. At least one is an error. The `related` paths of `stale` are the
    /// properties that have changed since the plan; those of `name-taken` and `outcome-unknown` are the properties in
    /// which the user with that name differs.
    pub diagnostics: Vec<Diagnostic>,
    /// The actual user; `None` if the call created none and found none.
    pub snapshot: Option<Box<Snapshot>>,
    /// Whether the snapshot is certain. If not, the next call reads the user.
    pub certain: bool,
    /// The kind of failure, if a call to the service failed.
    pub kind: Option<ErrorKind>,
    /// The user that has the name, if a creation failed because of the name and this host does not manage that user.
    /// Import it, if it is the intended user. With `outcome-unknown`, the creation may have made it.
    pub taken_by: Option<Box<ImportId>>,
    /// The planned operations that were not done, beginning with the operation that failed.
    pub left: Vec<Operation>,
}

impl Failure {
    /// Splits the failure into the snapshot to store and the failure itself:
    /// `result.map_or_else(Failure::split, |snapshot| (Some(snapshot), None))`.
    pub fn split(mut self) -> (Option<Snapshot>, Option<Self>) {
        (self.snapshot.take().map(|snapshot| *snapshot), Some(self))
    }

    pub(super) fn of(diagnostics: Vec<Diagnostic>) -> Self {
        Self { diagnostics, certain: true, ..Self::default() }
    }

    /// The failure of a call that read something.
    pub(super) fn of_call(what: impl fmt::Display, error: &ClientError, at: Path) -> Self {
        let message = format!("{what}: {error}");
        let reason = Diagnostic::new(Code::CALL_FAILED, message).at(at).with_help(error.help());
        Self { kind: Some(error.kind()), ..Self::of(vec![reason]) }
    }

    /// The failure of an invalid id.
    pub(super) fn of_id(error: &ImportIdError) -> Self {
        Diagnostic::new(Code::INVALID_ID, error.to_string()).with_help(error.help()).into()
    }

    /// The failure of an apply that ended early.
    pub(super) fn of_apply(failed: &Failed) -> Self {
        let (client, left) = (failed.error.client(), &failed.left);
        let taken_by = match &failed.error {
            ApplyError::NotAdopted { id, .. } | ApplyError::Unclear { id, .. } => Some(id.clone()),
            _ => None,
        };
        let (kind, left) = (client.map(ClientError::kind), left.iter().map(|step| step.operation).collect());
        Self { certain: failed.certain, kind, taken_by, left, ..Self::of(reasons(&failed.error)) }
    }

    /// Whether the user does not exist although it should.
    pub fn is_gone(&self) -> bool {
        self.diagnostics.iter().any(|reason| reason.code == Code::GONE)
    }

    /// Returns the failure with the actual user.
    pub(super) fn with(self, snapshot: Option<Snapshot>) -> Self {
        Self { snapshot: snapshot.map(Box::new), ..self }
    }
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self::of(vec![diagnostic])
    }
}

impl From<InstanceError> for Failure {
    fn from(error: InstanceError) -> Self {
        let kind = error.client().map(ClientError::kind);
        Self { kind, ..error.diagnostic().into() }
    }
}

fn reasons(error: &ApplyError) -> Vec<Diagnostic> {
    let code = match error {
        ApplyError::Refused(refused) => return refused.diagnostics().to_vec(),
        ApplyError::Stale | ApplyError::WouldDeleteItself => Code::STALE,
        ApplyError::NotAdopted { .. } | ApplyError::NewNameTaken { .. } | ApplyError::Owned { .. } => {
            Code::NAME_TAKEN
        }
        ApplyError::OutcomeUnknown { .. } | ApplyError::Unclear { .. } => Code::OUTCOME_UNKNOWN,
        _ => Code::CALL_FAILED,
    };
    let related = match error {
        ApplyError::NotAdopted { differing, .. } | ApplyError::Unclear { differing, .. } => differing.clone(),
        _ => Vec::new(),
    };
    let help = match error {
        ApplyError::OutcomeUnknown { .. } => {
            "run it again: the next run finds the user, and takes it over if this one has made it"
        }
        error => error.help(),
    };
    vec![Diagnostic::new(code, error.message()).with_help(help).with_related(related)]
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<Diagnostic> =
            self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).cloned().collect();
        f.write_str(&joined(&errors))
    }
}

impl std::error::Error for Failure {}
