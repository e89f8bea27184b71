//! The function `getUser`.

use connect_user::user::Value;

use super::{Answer, Provider};
use crate::{schema::BLOCKS, wire::Document};

impl Provider {
    /// Finds a user by its id or its exact name.
    pub(super) async fn get_user(&self, args: &Document) -> Answer<Value> {
        let region = self.service()?.region(args.text("region")).await?;
        let found = region.users.find(&args.value).await.map_err(|failure| self.refuse(&failure))?;
        let Value::Map(mut members) = found.outputs else { return Ok(Value::Null) };
        // All tags are shown, including tags that were not set by the program.
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
