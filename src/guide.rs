//! The guides: the pages of `docs/`, as a code host shows them.
//!
//! - [`embedding`]: an engine in dynamic values, and one for typed users, step by step
//! - [`fleet`]: many users: an in-house tool over `fleet::Session`, with figures
//! - [`migrating`]: from a spreadsheet, a state, a stack, a template or a backup
//! - [`terraform`]: inside Terraform, whose provider is one of the examples
//! - [`pulumi`]: inside Pulumi, whose provider is another
//! - [`testing`]: without AWS: a mock, the service in memory, and over HTTP
//! - [`errors`]: what can go wrong, what to do, and the IAM actions that a plan needs
//! - [`mod@reference`]: every property, and every diagnostic

// A page links to docs.rs; the definitions here come first, so that in this documentation the same links lead to
// its own pages, and `rustdoc` checks them. `tests/core/documents.rs` holds the two lists together.

/// [Inside Pulumi]: mod@crate::guide::pulumi
/// [Inside Terraform]: mod@crate::guide::terraform
/// [Many users]: mod@crate::guide::fleet
/// [What can go wrong]: mod@crate::guide::errors
/// [`Change::forces_replacement`]: field@crate::diff::Change::forces_replacement
/// [`ConnectClient`]: trait@crate::client::ConnectClient
/// [`DesiredUser`]: struct@crate::user::DesiredUser
/// [`Diagnostic`]: struct@crate::user::Diagnostic
/// [`ExposeSecrets`]: struct@crate::user::ExposeSecrets
/// [`Failed`]: struct@crate::apply::Failed
/// [`MemoryConnect`]: struct@crate::client::memory::MemoryConnect
/// [`Observer::creating`]: method@crate::apply::Observer::creating
/// [`Path`]: struct@crate::user::Path
/// [`Property::ALL`]: const@crate::user::Property::ALL
/// [`Property::members`]: method@crate::user::Property::members
/// [`Reader`]: struct@crate::read::Reader
/// [`Record::unread`]: field@crate::user::Record::unread
/// [`Report`]: struct@crate::validate::Report
/// [`SavedPlan`]: struct@crate::diff::SavedPlan
/// [`Settings::ignore_changes`]: field@crate::user::Settings::ignore_changes
/// [`Settings::ignore_tags`]: field@crate::user::Settings::ignore_tags
/// [`Settings::password_changed`]: field@crate::user::Settings::password_changed
/// [`Settings`]: struct@crate::user::Settings
/// [`Diagnostic::spelled`]: method@crate::user::Diagnostic::spelled
/// [`UserSpec::decode`]: method@crate::user::UserSpec::decode
/// [`UserSpec`]: struct@crate::user::UserSpec
/// [`UserState::to_spec`]: method@crate::user::UserState::to_spec
/// [`UserState`]: struct@crate::user::UserState
/// [`Value::with_pulumi_unknowns`]: method@crate::user::Value::with_pulumi_unknowns
/// [`Value::without_pulumi_defaults`]: method@crate::user::Value::without_pulumi_defaults
/// [`Value`]: enum@crate::user::Value
/// [`apply`]: fn@crate::apply::apply
/// [`delete_by_reference`]: fn@crate::apply::delete_by_reference
/// [`delete`]: fn@crate::apply::delete
/// [`drift`]: fn@crate::diff::drift
/// [`identity_management`]: fn@crate::read::identity_management
/// [`ignored_path`]: fn@crate::user::ignored_path
/// [`import`]: fn@crate::read::import
/// [`needs_reading`]: fn@crate::diff::needs_reading
/// [`plan`]: fn@crate::diff::plan
/// [`preview`]: fn@crate::diff::preview
/// [`recover`]: fn@crate::apply::recover
/// [`refresh`]: fn@crate::read::refresh
/// [`resolve`]: fn@crate::validate::resolve
/// [`validate_document`]: fn@crate::validate::validate_document
/// [`validate`]: fn@crate::validate::validate
#[cfg_attr(feature = "engine", doc = "[`engine::Resource`]: struct@crate::engine::Resource")]
#[cfg_attr(feature = "engine", doc = "[`engine::provider`]: mod@crate::engine::provider")]
#[cfg_attr(
    feature = "engine",
    doc = "[`with_late_deletions`]: method@crate::engine::Resource::with_late_deletions"
)]
#[cfg_attr(feature = "fleet", doc = "[`fleet::Session`]: struct@crate::fleet::Session")]
#[cfg_attr(feature = "interop", doc = "[`interop::Deployment`]: struct@crate::interop::Deployment")]
#[cfg_attr(feature = "engine", doc = "[`Failure`]: struct@crate::engine::Failure")]
#[cfg_attr(feature = "engine", doc = "[`engine::provider`]: mod@crate::engine::provider")]
#[cfg_attr(
    feature = "engine",
    doc = "[`with_late_deletions`]: method@crate::engine::Resource::with_late_deletions"
)]
#[doc = include_str!("../docs/embedding.md")]
pub mod embedding {}

/// [`ApplyOptions::check_prior_state`]: field@crate::apply::ApplyOptions::check_prior_state
/// [`Directory::unchecked`]: method@crate::read::Directory::unchecked
/// [`Directory`]: struct@crate::read::Directory
/// [`Reader::for_plan`]: method@crate::read::Reader::for_plan
/// [`Reader`]: struct@crate::read::Reader
/// [`Timer`]: trait@crate::client::Timer
/// [drawn]: #what-planning-costs
/// [findings]: struct@crate::read::Finding
#[cfg_attr(feature = "fleet", doc = "[`Capacity`]: struct@crate::fleet::Capacity")]
#[cfg_attr(feature = "fleet", doc = "[`Desired::partial`]: method@crate::fleet::Desired::partial")]
#[cfg_attr(feature = "fleet", doc = "[`DesiredSpec`]: struct@crate::fleet::DesiredSpec")]
#[cfg_attr(feature = "fleet", doc = "[`FleetObserver::notes`]: method@crate::fleet::FleetObserver::notes")]
#[cfg_attr(feature = "fleet", doc = "[`FleetObserver`]: trait@crate::fleet::FleetObserver")]
#[cfg_attr(feature = "fleet", doc = "[`FleetPreview`]: struct@crate::fleet::FleetPreview")]
#[cfg_attr(feature = "fleet", doc = "[`Guard`]: struct@crate::fleet::Guard")]
#[doc = "[`ImportId`]: struct@crate::user::ImportId"]
#[cfg_attr(feature = "fleet", doc = "[`MemoryStore`]: struct@crate::fleet::MemoryStore")]
#[cfg_attr(feature = "fleet", doc = "[`Planner`]: struct@crate::fleet::Planner")]
#[cfg_attr(feature = "fleet", doc = "[`ProgramUser`]: struct@crate::fleet::ProgramUser")]
#[cfg_attr(feature = "fleet", doc = "[`Refreshed::changes`]: method@crate::fleet::Refreshed::changes")]
#[cfg_attr(feature = "fleet", doc = "[`Refreshed::failed`]: field@crate::fleet::Refreshed::failed")]
#[cfg_attr(feature = "fleet", doc = "[`Refreshed::unchecked`]: field@crate::fleet::Refreshed::unchecked")]
#[cfg_attr(feature = "fleet", doc = "[`Entry::former`]: field@crate::fleet::Entry::former")]
#[cfg_attr(feature = "fleet", doc = "[`UserOutcome::is_gone`]: field@crate::fleet::UserOutcome::is_gone")]
#[cfg_attr(feature = "fleet", doc = "[`Resolve`]: trait@crate::fleet::Resolve")]
#[cfg_attr(feature = "fleet", doc = "[`SavedFleetPlan::load`]: method@crate::fleet::SavedFleetPlan::load")]
#[cfg_attr(feature = "fleet", doc = "[`SavedFleetPlan`]: struct@crate::fleet::SavedFleetPlan")]
#[cfg_attr(feature = "fleet", doc = "[`Session::apply_plan`]: method@crate::fleet::Session::apply_plan")]
#[cfg_attr(feature = "fleet", doc = "[`Session::save`]: method@crate::fleet::Session::save")]
#[cfg_attr(feature = "fleet", doc = "[`SessionOptions`]: struct@crate::fleet::SessionOptions")]
#[cfg_attr(feature = "fleet", doc = "[`Session`]: struct@crate::fleet::Session")]
#[cfg_attr(feature = "fleet", doc = "[`StateLocation`]: enum@crate::fleet::StateLocation")]
#[cfg_attr(feature = "fleet", doc = "[`StateStore`]: trait@crate::fleet::StateStore")]
#[cfg_attr(feature = "fleet", doc = "[`apply`]: fn@crate::fleet::apply")]
#[cfg_attr(feature = "fleet", doc = "[`depends_on`]: field@crate::fleet::ProgramUser::depends_on")]
#[cfg_attr(feature = "fleet", doc = "[`events`]: fn@crate::fleet::events")]
#[cfg_attr(feature = "fleet", doc = "[`export_json`]: fn@crate::fleet::export_json")]
#[cfg_attr(feature = "fleet", doc = "[`fleet`]: mod@crate::fleet")]
#[cfg_attr(feature = "fleet", doc = "[`import_json`]: fn@crate::fleet::import_json")]
#[cfg_attr(feature = "fleet", doc = "[`recover`]: fn@crate::fleet::recover")]
#[cfg_attr(feature = "fleet", doc = "[`refresh`]: fn@crate::fleet::refresh")]
#[cfg_attr(feature = "object-store", doc = "[`SharedLocation`]: struct@crate::fleet::SharedLocation")]
#[cfg_attr(feature = "object-store", doc = "[`SharedStore`]: struct@crate::fleet::SharedStore")]
#[cfg_attr(feature = "policy", doc = "[`CancellationToken`]: struct@crate::client::CancellationToken")]
#[cfg_attr(feature = "policy", doc = "[`Pace`]: trait@crate::client::Pace")]
#[cfg_attr(feature = "store", doc = "[`EmbeddedStore`]: struct@crate::fleet::EmbeddedStore")]
#[cfg_attr(feature = "interop", doc = "[`EditedStore`]: struct@crate::interop::set::EditedStore")]
#[doc = include_str!("../docs/fleet.md")]
#[doc = "\n# What planning costs\n\n"]
#[doc = include_str!("../docs/scale.svg")]
pub mod fleet {}

/// [Embedding in your tool]: mod@crate::guide::embedding
/// [`Property::ALL`]: const@crate::user::Property::ALL
/// [`Value`]: enum@crate::user::Value
#[cfg_attr(feature = "engine", doc = "[`Failure`]: struct@crate::engine::Failure")]
#[cfg_attr(feature = "engine", doc = "[`Resource::diff`]: method@crate::engine::Resource::diff")]
#[cfg_attr(feature = "engine", doc = "[`Resource::offline`]: method@crate::engine::Resource::offline")]
#[cfg_attr(
    feature = "engine",
    doc = "[`Resource::apply_planned`]: method@crate::engine::Resource::apply_planned"
)]
#[cfg_attr(feature = "engine", doc = "[`Resource::validate`]: method@crate::engine::Resource::validate")]
#[cfg_attr(
    feature = "engine",
    doc = "[`Resource::with_drift_by_outputs`]: method@crate::engine::Resource::with_drift_by_outputs"
)]
#[cfg_attr(
    feature = "engine",
    doc = "[`Resource::write_record`]: method@crate::engine::Resource::write_record"
)]
#[cfg_attr(
    feature = "engine",
    doc = "[`Resource::with_second_plans`]: method@crate::engine::Resource::with_second_plans"
)]
#[cfg_attr(feature = "engine", doc = "[`Resource::within`]: method@crate::engine::Resource::within")]
#[cfg_attr(feature = "engine", doc = "[`Spelling`]: enum@crate::engine::Spelling")]
#[cfg_attr(feature = "engine", doc = "[`engine::Resource`]: struct@crate::engine::Resource")]
#[cfg_attr(feature = "engine", doc = "[`provider::settings`]: fn@crate::engine::provider::settings")]
#[doc = include_str!("../docs/terraform.md")]
pub mod terraform {}

#[cfg_attr(feature = "interop", doc = "[`FileFormat`]: enum@crate::interop::file::FileFormat")]
#[cfg_attr(feature = "interop", doc = "[`FileWriter`]: struct@crate::interop::file::FileWriter")]
#[cfg_attr(feature = "interop", doc = "[`Mapping`]: struct@crate::interop::file::Mapping")]
#[cfg_attr(feature = "interop", doc = "[`UserFile`]: struct@crate::interop::file::UserFile")]
#[cfg_attr(feature = "interop", doc = "[`adopt`]: fn@crate::interop::file::adopt")]
#[cfg_attr(feature = "fleet", doc = "[`fleet::Session`]: struct@crate::fleet::Session")]
#[cfg_attr(feature = "interop", doc = "[`interop::between`]: mod@crate::interop::between")]
#[cfg_attr(feature = "interop", doc = "[`interop::file`]: mod@crate::interop::file")]
#[cfg_attr(feature = "interop", doc = "[`read`]: fn@crate::interop::file::read")]
#[cfg_attr(feature = "interop", doc = "[`read_each`]: fn@crate::interop::file::read_each")]
#[cfg_attr(feature = "interop", doc = "[`write`]: fn@crate::interop::file::write")]
#[doc = include_str!("../docs/migrating.md")]
pub mod migrating {}

/// [`Value`]: enum@crate::user::Value
#[cfg_attr(feature = "engine", doc = "[`Kept`]: struct@crate::engine::Kept")]
#[cfg_attr(feature = "engine", doc = "[`Naming`]: struct@crate::engine::Naming")]
#[cfg_attr(feature = "engine", doc = "[`Planned`]: struct@crate::engine::Planned")]
#[cfg_attr(feature = "engine", doc = "[`Resource::within`]: method@crate::engine::Resource::within")]
#[cfg_attr(feature = "engine", doc = "[`Configuration`]: struct@crate::engine::provider::Configuration")]
#[cfg_attr(
    all(feature = "aws", feature = "engine"),
    doc = "[`Regions`]: struct@crate::engine::provider::Regions"
)]
#[cfg_attr(
    feature = "engine",
    doc = "[`with_late_deletions`]: method@crate::engine::Resource::with_late_deletions"
)]
#[doc = include_str!("../docs/pulumi.md")]
pub mod pulumi {}

/// [`Around`]: trait@crate::client::Around
/// [`ConnectClient`]: trait@crate::client::ConnectClient
/// [`MemoryConnect`]: struct@crate::client::memory::MemoryConnect
/// [`MemoryFile`]: struct@crate::client::memory::MemoryFile
/// [`apply`]: fn@crate::apply::apply
/// [`identity_management`]: fn@crate::read::identity_management
/// [`import`]: fn@crate::read::import
/// [`read`]: fn@crate::read::read
/// [`refresh`]: fn@crate::read::refresh
#[cfg_attr(feature = "mock", doc = "[`MockConnectClient`]: struct@crate::client::mock::MockConnectClient")]
#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

/// [`ClientError`]: struct@crate::client::ClientError
/// [`Code::all`]: method@crate::user::Code::all
/// [`Diagnostic`]: struct@crate::user::Diagnostic
/// [`Failed`]: struct@crate::apply::Failed
#[doc = include_str!("../docs/errors.md")]
pub mod errors {}

#[doc = include_str!("../docs/reference.md")]
pub mod reference {}
