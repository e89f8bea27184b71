//! Changes, in the form that Pulumi's engine shows.

use connect_user::{
    diff::{Change, ChangeKind, ReplacementOrder},
    engine::Planned,
};

use crate::protocol::{DiffChanges, DiffResponse, PropertyDiff, PropertyDiffKind};

/// The answer for a planned user.
pub fn property_diff(planned: &Planned) -> DiffResponse {
    // The engine may replace a user for other changes, too (`replaceOnChanges`); the name then stays the same.
    let delete_before_replace = planned.replacement != Some(ReplacementOrder::CreateBeforeDelete);
    if planned.is_empty() {
        let changes = DiffChanges::None.into();
        return DiffResponse { changes, delete_before_replace, ..DiffResponse::default() };
    }
    let changes = planned.changes.iter().map(|change| (change.path.to_string(), kind(change)));
    // Unfinished work of an earlier update, such as a sign-out, changes no property: show it as a change of `tagsAll`,
    // which every apply sets again.
    let unfinished = planned.changes.is_empty().then(|| ("tagsAll".to_owned(), PropertyDiffKind::Update));
    let mut answer = differing(changes.chain(unfinished));
    // An unknown value that may replace the user is shown as a replacement.
    if planned.is_replacement() && answer.replaces.is_empty() {
        let open = planned.changes.iter().filter(|change| change.unknown);
        answer.replaces = open.map(|change| change.path.to_string()).collect();
    }
    DiffResponse { delete_before_replace, ..answer }
}

/// The answer for a user that is replaced because of one path, whatever else changes.
pub fn replacing(place: &str, delete_before_replace: bool) -> DiffResponse {
    let answer = differing([(place.to_owned(), PropertyDiffKind::UpdateReplace)].into_iter());
    DiffResponse { delete_before_replace, ..answer }
}

/// An answer with these changes.
fn differing(changes: impl Iterator<Item = (String, PropertyDiffKind)>) -> DiffResponse {
    let mut answer = DiffResponse { has_detailed_diff: true, ..DiffResponse::default() };
    for (place, kind) in changes {
        let top = place.split(['.', '[']).next().unwrap_or_default().to_owned();
        if !answer.diffs.contains(&top) {
            answer.diffs.push(top);
        }
        use PropertyDiffKind::{AddReplace, DeleteReplace, UpdateReplace};
        if [AddReplace, DeleteReplace, UpdateReplace].contains(&kind) {
            answer.replaces.push(place.clone());
        }
        answer.detailed_diff.insert(place, PropertyDiff { kind: kind.into(), input_diff: false });
    }
    let changes = if answer.diffs.is_empty() { DiffChanges::None } else { DiffChanges::Some };
    answer.changes = changes.into();
    answer
}

fn kind(change: &Change) -> PropertyDiffKind {
    match (change.kind, change.forces_replacement) {
        (ChangeKind::Add, false) => PropertyDiffKind::Add,
        (ChangeKind::Add, true) => PropertyDiffKind::AddReplace,
        (ChangeKind::Delete, false) => PropertyDiffKind::Delete,
        (ChangeKind::Delete, true) => PropertyDiffKind::DeleteReplace,
        (_, false) => PropertyDiffKind::Update,
        (_, true) => PropertyDiffKind::UpdateReplace,
    }
}
