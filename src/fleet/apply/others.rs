//! The other stages of an apply, beside the present one.

use std::collections::BTreeMap;

use super::{events::Progress, outcome::FleetOutcome};
use crate::user::Operation;

/// The stages before and after the present one.
#[derive(Clone, Default)]
pub(in crate::fleet) struct Others {
    /// The users and steps of these stages, the number of them that are done, and the time that these took.
    pub(in crate::fleet) progress: Progress,
    /// The calls of the stages that have not begun.
    pub(in crate::fleet) left: BTreeMap<Operation, u64>,
}

impl Others {
    /// Adds a stage that has not begun.
    pub(in crate::fleet) fn add(&mut self, stage: &Self) {
        self.progress.users += stage.progress.users;
        self.progress.steps += stage.progress.steps;
        stage.left.iter().for_each(|(operation, calls)| *self.left.entry(*operation).or_default() += calls);
    }

    /// Removes a stage that begins now.
    pub(in crate::fleet) fn begin(&mut self, stage: &Self) {
        self.progress.users = self.progress.users.saturating_sub(stage.progress.users);
        self.progress.steps = self.progress.steps.saturating_sub(stage.progress.steps);
        for (operation, calls) in &stage.left {
            let left = self.left.entry(*operation).or_default();
            *left = left.saturating_sub(*calls);
        }
    }

    /// Adds a stage with this number of steps that has ended.
    pub(in crate::fleet) fn end(&mut self, steps: usize, outcome: &FleetOutcome) {
        self.progress.users += outcome.users.len();
        self.progress.users_done += outcome.users.len();
        self.progress.steps += steps as u64;
        self.progress.steps_done += outcome.users.iter().map(|user| user.steps as u64).sum::<u64>();
        self.progress.elapsed += outcome.elapsed;
    }

    /// Adds a user with this number of steps that was not tried.
    pub(in crate::fleet) const fn skip(&mut self, steps: usize) {
        if steps == 0 {
            // A user that needs no call was not counted before, either.
            return;
        }
        self.progress.users += 1;
        self.progress.users_done += 1;
        self.progress.steps += steps as u64;
    }
}
