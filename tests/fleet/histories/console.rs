//! What somebody else does meanwhile.

use std::collections::BTreeSet;

use connect_user::{
    client::{ConnectClient, CreateUser, DeleteUser, DescribeUser, UserDescription},
    fleet::load_all,
    user::{Identity, InstanceId, Phone, Secret, UserId},
};

use super::{INSTANCES, World, person::PARTS};

/// The password of users whom somebody else has made.
const SOMEBODY_S: &str = "Somebody-1";

impl World {
    pub(super) async fn work_in_the_console(&mut self) {
        let instance = self.random.usize(..INSTANCES.len());
        // Whoever is changed between a creation and its record can't be told from somebody else's user.
        let entries = load_all(&self.store).await.expect("all");
        let recorded: BTreeSet<UserId> =
            entries.into_values().filter_map(|entry| Some(entry.state?.user_id.clone())).collect();
        let users = self.users(instance);
        let ours: Vec<&UserDescription> =
            users.iter().filter(|user| recorded.contains(&user.user_id)).collect();
        let told = self.random.u8(..8);
        let Some(user) = (!ours.is_empty()).then(|| (*ours[self.random.usize(..ours.len())]).clone()) else {
            return;
        };
        self.tell(|| format!("somebody does {told} to {} of {}", user.name, INSTANCES[instance]));
        let id = InstanceId::new(INSTANCES[instance]);
        match told {
            0 | 1 => {
                let gone = DeleteUser::new(id, user.user_id.clone());
                // Who is not visible yet is not deleted by hand either.
                let is_gone = self.connect.delete_user(&gone).await.is_ok();
                if is_gone && told == 1 {
                    self.create_foreign(instance, user.name).await;
                }
            }
            2 if self.room(instance) > 0 => {
                let login = self.new_login();
                self.create_foreign(instance, login).await;
            }
            // Who is not visible yet is changed by nobody.
            3.. if !self.is_visible(&id, &user.user_id).await => {}
            3 => {
                let first = self.one_of(&["Ann", "Bea", "by hand"]);
                self.connect.edit_user(&id, &user.user_id, |user, _| {
                    user.identity.first_name = Some(first.into());
                });
            }
            _ => {
                let part = self.one_of(&PARTS);
                let value = part.values()[self.random.usize(..2)];
                self.connect.edit_user(&id, &user.user_id, |user, _| part.set(user, value));
                self.by_hand.insert((user.user_id, part), value.to_owned());
            }
        }
    }

    async fn is_visible(&self, instance: &InstanceId, user: &UserId) -> bool {
        self.connect.describe_user(&DescribeUser::new(instance.clone(), user.clone())).await.is_ok()
    }

    async fn create_foreign(&mut self, instance: usize, login: String) {
        let request = CreateUser::new(INSTANCES[instance], login, "r1", ["s1".into()])
            .password(Secret::from(SOMEBODY_S))
            .identity(Identity::builder().first_name("Somebody").last_name("Else").build())
            .phone(Phone::default());
        let Ok(created) = self.connect.create_user(&request).await else { return };
        let user = self.users(instance).into_iter().find(|user| user.user_id == created.user_id);
        let mut known = self.passwords.lock().expect("no panic");
        known.insert(created.user_id.clone(), SOMEBODY_S.to_owned());
        self.foreign.insert(created.user_id, user.expect("it is there"));
    }
}
