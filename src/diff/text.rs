//! A preview as text for people.

use std::fmt;

use super::{
    Action, Call, Change, ChangeKind, Preview, ReplacementOrder, Step,
    value_text::{NameOf, show},
};
use crate::user::{Diagnostic, Path, Property, Replaced, Value, counted, one_line};

/// A preview as text, in a form similar to `terraform plan` and `pulumi preview`.
///
/// ```
/// use connect_user::{diff::preview, user::{Input, Settings, UserSpec}};
///
/// let spec = UserSpec::builder()
///     .instance_id("1c2d")
///     .name("jane")
///     .routing_profile_id(Input::Unknown)
///     .security_profile_ids(["5e6f"])
///     .build();
/// let text = preview(&spec, None, &Settings::default()).text("jane").to_string();
/// assert_eq!(text, "\
/// + jane will be created
///     + instanceId: \"1c2d\"
///     + name: \"jane\"
///     + routingProfileId: (known after apply)
///     + securityProfileIds: [\"5e6f\"]
///   1 call:
///     CreateUser (connect:CreateUser)
/// ");
/// ```
#[derive(Clone, Copy)]
pub struct PreviewText<'a> {
    preview: &'a Preview,
    name: &'a str,
    names: Option<NameOf<'a>>,
    help: Option<HelpOf<'a>>,
}

/// Returns what to do about a notice, in the words of the host.
type HelpOf<'a> = &'a dyn Fn(&Diagnostic) -> Option<String>;

impl fmt::Debug for PreviewText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { preview, name, .. } = self;
        f.debug_struct("PreviewText").field("preview", preview).field("name", name).finish_non_exhaustive()
    }
}

impl<'a> PreviewText<'a> {
    /// Shows the names of profiles and groups beside their ids, such as `"7a9b" (Agents)`, if `names` returns a name
    /// for the property and the id. Default: no names.
    #[must_use]
    pub const fn with_names(self, names: &'a dyn Fn(Property, &str) -> Option<String>) -> Self {
        Self { names: Some(names), ..self }
    }

    /// Shows this help of each notice instead of its own, such as one with the options of the host. Default: its own.
    #[must_use]
    pub const fn with_help(self, help: &'a dyn Fn(&Diagnostic) -> Option<String>) -> Self {
        Self { help: Some(help), ..self }
    }
}

impl Preview {
    /// Returns the preview as text, with the resource name `name`. Each line ends with a line break. The text is empty
    /// if the action is none and there are no notices.
    pub const fn text<'a>(&'a self, name: &'a str) -> PreviewText<'a> {
        PreviewText { preview: self, name, names: None, help: None }
    }
}

/// Returns the symbol of an action: `+`, `~`, `-`, `-/+` (deleted, then created) or `+/-` (created, then deleted).
pub const fn symbol(action: Action, order: Option<ReplacementOrder>) -> &'static str {
    match (action, order) {
        (Action::None, _) => " ",
        (Action::Create, _) => "+",
        (Action::Update, _) => "~",
        (Action::Replace, Some(ReplacementOrder::DeleteBeforeCreate)) => "-/+",
        (Action::Replace, _) => "+/-",
        (Action::Delete, _) => "-",
    }
}

impl fmt::Display for PreviewText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Preview { diff, steps } = self.preview;
        let mark = symbol(diff.action, diff.replacement);
        let what = match (diff.action, diff.replacement) {
            (Action::None, _) => "is up to date",
            (Action::Create, _) => "will be created",
            (Action::Update, Some(_)) => "will be updated, or replaced",
            (Action::Update, None) if diff.is_empty() => unfinished(steps),
            (Action::Update, None) => "will be updated in place",
            (Action::Replace, Some(ReplacementOrder::DeleteBeforeCreate)) => {
                "will be replaced: deleted, then created"
            }
            (Action::Replace, _) => "will be replaced: created, then deleted",
            (Action::Delete, _) => "will be deleted",
        };
        if diff.action == Action::None && diff.notices.is_empty() {
            return Ok(());
        }
        writeln!(f, "{mark} {} {what}", one_line(self.name))?;
        for change in &diff.changes {
            writeln!(f, "    {}", ChangeText(change, diff.action, self.names))?;
        }
        if !steps.is_empty() {
            writeln!(f, "  {}:", counted(steps.len(), "call"))?;
        }
        for step in steps {
            let possible = if step.possible { ", if needed" } else { "" };
            write!(f, "    {} ({}{possible})", step.operation, step.iam_actions().join(", "))?;
            // A creation covers all changes above.
            match step.call() {
                // The account that an earlier replacement left, not the one of this user.
                Some(Call::Delete(left)) if diff.action == Action::Update => {
                    write!(f, ": {}, user `{}`", left.id(), one_line(&left.name))?;
                }
                _ if !step.covers.is_empty() && diff.action == Action::Update => {
                    write!(f, ": {}", covers(&step.covers))?;
                }
                _ => {}
            }
            writeln!(f)?;
            for risk in &step.risks {
                writeln!(f, "      ! {}: {}", risk.code(), risk.describe())?;
            }
        }
        for notice in &diff.notices {
            let mark = if notice.is_error() { "refused" } else { "note" };
            writeln!(f, "  {mark}: {}", notice.message)?;
            let help = match self.help {
                Some(help) => help(notice),
                None => notice.help.as_deref().map(str::to_owned),
            };
            if let Some(help) = help {
                writeln!(f, "    help: {}", one_line(&help))?;
            }
        }
        Ok(())
    }
}

/// Returns what is left to do for a user that is as desired. Signing out a user that is deleted is part of its
/// deletion.
fn unfinished(steps: &[Step]) -> &'static str {
    let calls = || steps.iter().filter_map(Step::call);
    let deleted =
        |user: &Replaced| calls().any(|call| matches!(call, Call::Delete(old) if old.id() == user.id()));
    let is_signed_out = calls().any(|call| matches!(call, Call::SignOut(user) if !deleted(user)));
    match (is_signed_out, calls().any(|call| matches!(call, Call::Delete(_)))) {
        (true, false) => "is as desired; it will be signed out, which an unfinished update left to do",
        (true, true) => {
            "is as desired; it will be signed out, which an unfinished update left to do, and the old user left by an \
             unfinished replacement will be deleted"
        }
        (false, _) => "is as desired; the old user left by an unfinished replacement will be deleted",
    }
}

fn covers(paths: &[Path]) -> String {
    let names: Vec<_> = paths.iter().map(ToString::to_string).collect();
    names.join(", ")
}

struct ChangeText<'a>(&'a Change, Action, Option<NameOf<'a>>);

impl fmt::Display for ChangeText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(change, action, names) = self;
        line(f, change, *names)?;
        if change.kind == ChangeKind::Delete && *action != Action::Delete {
            write!(f, " → {}", default_of(change.property))?;
        }
        if change.forces_replacement {
            f.write_str(if change.unknown { "  (may force replacement)" } else { "  (forces replacement)" })?;
        }
        Ok(())
    }
}

impl fmt::Display for Change {
    /// Writes the path and its values on one line, such as `~ name: "jane" → "janet"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, self, None)
    }
}

fn line(f: &mut fmt::Formatter<'_>, change: &Change, names: Option<NameOf<'_>>) -> fmt::Result {
    let value = |value: &Option<Value>| match value {
        _ if change.sensitive() => "(secret)".to_owned(),
        Some(value) => show(value, change.property, names),
        None => "null".to_owned(),
    };
    let (before, after) = (value(&change.before), value(&change.after));
    match change.kind {
        ChangeKind::Add => write!(f, "+ {}: {after}", change.path),
        ChangeKind::Update => write!(f, "~ {}: {before} → {after}", change.path),
        ChangeKind::Delete => write!(f, "- {}: {before}", change.path),
    }
}

fn default_of(property: Property) -> &'static str {
    match property.info().left_out {
        crate::user::LeftOut::Default(_) => "(default)",
        _ => "null",
    }
}
