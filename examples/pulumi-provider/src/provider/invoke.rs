//! The function `getUser`.

use connect_user::user::Value;
use tonic::Status;

use super::{Answer, Provider};
use crate::{
    schema::BLOCKS,
    wire::{Document, refused},
};

impl Provider {
    /// The user by its id or its exact name.
    pub(super) async fn get_user(&self, args: &Document) -> Answer<Value> {
        let invalid = |reason: &str| Status::invalid_argument(reason.to_owned());
        let instance = args.text("instanceId").ok_or_else(|| invalid("`instanceId` is missing"))?;
        let region = self.service()?.region(args.text("region")).await?;
        let users = &region.users;
        let found = match (args.text("userId"), args.text("name")) {
            (Some(_), Some(_)) => {
                return Err(invalid(
                    "both `userId` and `name` are given; keep the one by which to find the user",
                ));
            }
            (None, None) => {
                return Err(invalid("neither `userId` nor `name` is given; give the one that you know"));
            }
            (Some(id), None) => users.look_up(&format!("{instance}:{id}")).await.map(Some),
            (None, Some(name)) => users.look_up_name(instance, name).await,
        };
        // Program hosts send a secret name as if it were none.
        let none = || {
            let help = "check the name, upper and lower case differ";
            refused(format!("there is no user of this `name` in the instance `{instance}`; {help}"))
        };
        let found = found.map_err(|failure| self.refuse(&failure))?.ok_or_else(none)?;
        let Value::Map(mut members) = found.outputs else { return Ok(Value::Null) };
        // Every tag is shown, whoever has set it.
        let all = members.extract_if(.., |(name, _)| name == "tagsAll").next().map(|(_, tags)| tags);
        members.retain(|(name, _)| name != "tags");
        members.extend(all.map(|tags| ("tags".to_owned(), tags)));
        for (name, value) in &mut members {
            if let Some((_, list)) = BLOCKS.iter().find(|(block, _)| block == name) {
                *name = (*list).to_owned();
                *value = Value::List(vec![std::mem::replace(value, Value::Null)]);
            }
        }
        members.push(("region".to_owned(), region.name.as_str().into()));
        Ok(Value::Map(members))
    }
}
