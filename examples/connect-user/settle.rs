//! All users together: who takes a name or room from whom.

use std::collections::BTreeMap;

use connect_user::{
    diff::Preview,
    fleet::{Capacity, FleetPlan, FleetRefused, Guard, PlanOptions, Planner, Wanted},
    user::DesiredUser,
};

use crate::{
    review::{Departure, Review, View},
    wishes::Wishes,
};

impl Review {
    /// How many users instances have, where the command line says how many they may have.
    pub fn capacity(&self, limit: Option<usize>) -> BTreeMap<String, Capacity> {
        let Some(limit) = limit else { return BTreeMap::new() };
        let present = self.refreshed.present.iter();
        present.map(|(instance, present)| (instance.clone(), Capacity { present: *present, limit })).collect()
    }

    /// Shows the users in the order in which they take names and room from each other.
    pub fn settle(&mut self, wishes: &Wishes, limit: Option<usize>) {
        let users = self.views.iter().filter_map(|view| Some((view, view.wanted.as_ref()?)));
        match plan_all(users, &self.departures, wishes, self.capacity(limit)) {
            Ok(plan) => {
                let replaced = plan.users().iter().filter(|user| user.plan.diff().replacement.is_some());
                let mut previews: BTreeMap<&str, &Preview> =
                    replaced.map(|user| (user.name.as_str(), user.plan.preview())).collect();
                for view in &mut self.views {
                    if let Some(preview) = previews.remove(view.name.as_str()) {
                        view.preview = preview.clone();
                    }
                }
                self.notices = plan.notices().to_vec();
            }
            // What one user's plan refuses is told with that user.
            Err(FleetRefused { reasons, .. }) => {
                self.reasons = reasons.into_iter().filter(|reason| reason.subject.is_none()).collect();
            }
        }
    }
}

/// Plans users side by side. How many deletions there are is judged when all users are looked at.
pub fn plan_all<'a>(
    users: impl Iterator<Item = (&'a View, &'a Wanted)>,
    departures: &[Departure],
    wishes: &Wishes,
    capacity: BTreeMap<String, Capacity>,
) -> Result<FleetPlan, FleetRefused> {
    let options =
        PlanOptions::builder().user(wishes.options.clone()).guard(Guard::OFF).capacity(capacity).build();
    let mut planner = Planner::new(options);
    for (view, wanted) in users {
        planner.want(wanted, view.actual.as_ref());
    }
    for departure in departures {
        let Departure { name, state, protect, .. } = departure;
        match departure.is_gone {
            true => planner.gone(name, state.clone()),
            false => planner.leave(name, state.clone(), *protect),
        }
    }
    planner.finish()
}

/// A user as a plan of all takes it.
pub fn wanted(name: &str, desired: DesiredUser, password_changed: Option<bool>, protect: bool) -> Wanted {
    Wanted::builder()
        .name(name)
        .desired(desired)
        .maybe_password_changed(password_changed)
        .protect(protect)
        .build()
}
