//! A plan that is stored, and applied later.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize, de};
use serde_json::Value as Json;

use super::{
    Action, Plan, Preview, Refused, ReplacementOrder, Step,
    plan::{plan_deletion_shared, plan_shared},
};
use crate::user::{
    Code, DesiredUser, Diagnostic, Input, Newer, Property, Secret, Settings, UserSpec, UserState,
    password_mistakes,
};

/// A plan to store and to apply later, for example in another process after a review.
///
/// The saved plan holds the prior state, the desired user, the settings, and what the plan has shown. When it is read,
/// the user is planned again from the first three. If the new plan shows anything else (it may with a later version of
/// this crate), loading is refused (`not-shown`). If the plan is applied to another state than [`base`](Self::base),
/// [`apply`](crate::apply::apply) refuses it as stale: refresh the user first.
///
/// A saved plan never holds a password: if [`needs_password`](Self::needs_password) is true, give the password again to
/// [`load`](Self::load). It does hold personal data.
///
/// ```
/// use connect_user::{
///     diff::{SavedPlan, plan},
///     user::{IdentityInfo, IdentityManagementType, PhoneConfig, PhoneType, Settings, UserSpec},
///     validate::{Context, resolve},
/// };
///
/// let spec = UserSpec::builder()
///     .instance_id("1c2d")
///     .name("jane")
///     .password("Password123")
///     .routing_profile_id("7a9b")
///     .security_profile_ids(["5e6f"])
///     .identity_info(IdentityInfo::builder().first_name("Jane").last_name("Roe").build())
///     .phone_config(PhoneConfig::builder().phone_type(PhoneType::SoftPhone).build())
///     .build();
/// let settings = Settings::builder().identity_management(IdentityManagementType::ConnectManaged).build();
/// let (desired, _) = resolve(spec, &Context::builder().settings(settings.clone()).build())?;
/// let made = plan(desired, None, &settings)?;
///
/// let file = serde_json::to_string(&made.save())?;
/// assert!(!file.contains("Password123"));
///
/// let saved: SavedPlan = serde_json::from_str(&file)?;
/// assert_eq!(saved.preview(), made.preview());
/// assert!(saved.needs_password());
/// assert_eq!(saved.load(Some("Password123".into()))?.steps(), made.steps());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Json", into = "Written")]
pub struct SavedPlan {
    /// The plan without the password.
    plan: Plan,
    has_password: bool,
    /// What the plan showed when it was saved.
    shown: Json,
}

/// The written form of a plan.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    version: u64,
    /// The prior state; `None` if there was no user.
    base: Option<UserState>,
    /// The desired user; `None` if the user will be deleted.
    desired: Option<WrittenUser>,
    settings: Settings,
    shown: Json,
}

/// The written form of a desired user, as it was validated.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WrittenUser {
    spec: UserSpec,
    has_password: bool,
}

impl Plan {
    /// Returns the plan to store and to apply later.
    pub fn save(&self) -> SavedPlan {
        let mut plan = self.clone();
        let password = self.desired().and_then(DesiredUser::password);
        if let Some(desired) = plan.desired_mut() {
            // Compared now, because no password is stored.
            let recorded = self.base().and_then(|base| base.record.password.as_ref());
            let has_changed = recorded.zip(password).map(|(recorded, password)| recorded != password);
            if desired.settings.password_changed.is_none() && has_changed.is_some() {
                Arc::make_mut(&mut desired.settings).password_changed = has_changed;
            }
            // That the user has a password stays known.
            desired.set_password(password.map(|_| Input::Unknown));
        }
        plan.forget_recorded_password();
        SavedPlan { has_password: password.is_some(), shown: shown(&plan.preview()), plan }
    }
}

impl SavedPlan {
    /// The version of the JSON that this crate writes. Reading a later version is refused.
    pub const VERSION: u64 = 1;

    /// Returns the preview of the plan, to show it again.
    pub fn preview(&self) -> Preview {
        self.plan.preview()
    }

    /// Returns what happens to the user.
    pub const fn action(&self) -> Action {
        self.plan.action()
    }

    /// Returns the calls, in order.
    pub fn steps(&self) -> &[Step] {
        self.plan.steps()
    }

    /// Returns the state from which the plan was made.
    pub fn base(&self) -> Option<&UserState> {
        self.plan.base()
    }

    /// Whether [`load`](Self::load) needs the password: the plan creates a user with a password.
    pub fn needs_password(&self) -> bool {
        self.has_password && matches!(self.action(), Action::Create | Action::Replace)
    }

    /// Returns the plan, to apply it. `password` is that of the new user; it is ignored if the plan creates no user.
    ///
    /// # Errors
    ///
    /// [`Refused`] if the password is needed and missing (`password-required`) or breaks a rule (`password-length`,
    /// `password-white-space`, `password-weak`; whatever severity the host has given these rules), and if planning
    /// again does not show what was shown (`not-shown`).
    pub fn load(self, password: Option<Secret>) -> Result<Plan, Refused> {
        if shown(&self.preview()) != self.shown {
            let message = "this version would do something else than the saved plan has shown";
            return Err(refused(Diagnostic::new(Code::NOT_SHOWN, message).with_help("plan again")));
        }
        let password = match (self.needs_password(), password) {
            (false, _) => None,
            (true, Some(password)) => Some(password),
            (true, None) => {
                let message = format!(
                    "`{:#}` is required: the saved plan creates the user and holds no password",
                    Property::Password
                );
                let refusal = Diagnostic::new(Code::PASSWORD_REQUIRED, message).at(Property::Password);
                return Err(refused(refusal.with_help("give the password of the new user with the plan")));
            }
        };
        // In a replacement, the old user may be deleted before the service refuses the new user.
        let mistakes: Vec<Diagnostic> = password.iter().flat_map(password_mistakes).collect();
        if !mistakes.is_empty() {
            return Err(Refused(mistakes));
        }
        let mut plan = self.plan;
        if let (Some(desired), Some(password)) = (plan.desired_mut(), password) {
            desired.set_password(Some(Input::Known(password)));
        }
        Ok(plan)
    }
}

fn refused(diagnostic: Diagnostic) -> Refused {
    Refused(vec![diagnostic])
}

/// Returns what a preview shows, in its written form.
fn shown(preview: &Preview) -> Json {
    serde_json::to_value(preview).unwrap_or_default()
}

impl fmt::Debug for SavedPlan {
    /// Shows the plan without personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SavedPlan").field("plan", &self.plan).finish_non_exhaustive()
    }
}

impl From<SavedPlan> for Written {
    fn from(saved: SavedPlan) -> Self {
        let SavedPlan { plan, has_password, shown } = saved;
        let spec = |desired: &DesiredUser| UserSpec { password: None, ..desired.given().clone() };
        Self {
            version: SavedPlan::VERSION,
            base: plan.base().cloned(),
            desired: plan.desired().map(|desired| WrittenUser { spec: spec(desired), has_password }),
            settings: plan.settings().clone(),
            shown,
        }
    }
}

impl TryFrom<Json> for SavedPlan {
    type Error = serde_json::Error;

    fn try_from(json: Json) -> Result<Self, serde_json::Error> {
        let fail = |message: String| <serde_json::Error as de::Error>::custom(message);
        Newer::check("the plan", json.get("version").and_then(Json::as_u64), Self::VERSION)?;
        let Written { version: _, base, desired, settings, shown } = serde_json::from_value(json)?;
        let base = base.map(Arc::new);
        let has_password = desired.as_ref().is_some_and(|desired| desired.has_password);
        let plan = match (desired, &base) {
            (Some(WrittenUser { spec, .. }), base) if !spec.has_unknowns() => {
                // Planning needs only whether there is a password.
                let password = has_password.then_some(Input::Unknown);
                let spec = Arc::new(UserSpec { password, ..spec });
                let desired = DesiredUser::validated(spec, Arc::new(settings.clone()));
                let desired = desired.ok_or_else(|| fail(UNFIT.to_owned()))?;
                plan_shared(desired, base.as_ref(), &settings)
            }
            (None, Some(base)) => plan_deletion_shared(base, &settings),
            _ => return Err(fail(UNFIT.to_owned())),
        };
        let mut plan = plan.map_err(|refused| fail(format!("the saved plan is refused: {refused}")))?;
        let is_first = serde_json::to_value(ReplacementOrder::DeleteBeforeCreate)?;
        if shown.get("replacement") == Some(&is_first) {
            plan.delete_first();
        }
        plan.forget_recorded_password();
        Ok(Self { plan, has_password, shown })
    }
}

const UNFIT: &str = "the saved plan holds no user that could be planned; plan again, and save that plan";
