//! Checks of lists and searches.

use std::collections::BTreeSet;

use super::{Check, Fixture, Suite, expect};
use crate::{
    client::*,
    user::{Channel, Id, IdKind, Proficiencies, ProficiencyKey, UserId},
};

impl Suite<'_> {
    /// Returns the elements of all pages.
    pub(super) async fn all<R: PagedRequest>(&self, what: &str, request: R) -> Result<Vec<R::Item>, String> {
        self.pages_of(what, request, usize::MAX).await
    }

    /// Returns the elements of all pages; no page may be larger than requested.
    pub(super) async fn pages_of<R: PagedRequest>(
        &self,
        what: &str,
        mut request: R,
        most: usize,
    ) -> Result<Vec<R::Item>, String> {
        let (mut items, mut tokens) = (Vec::new(), BTreeSet::new());
        loop {
            let page = self.call(what, &request).await?;
            if page.items.len() > most {
                let elements = if most == 1 { "element" } else { "elements" };
                return Err(format!("a page must have at most {most} {elements}, has {}", page.items.len()));
            }
            items.extend(page.items);
            match page.next_token {
                None => return Ok(items),
                Some(token) if tokens.insert(token.clone()) => request.set_next_token(token),
                Some(_) => return Err(format!("{what}: a page comes twice")),
            }
        }
    }

    pub(super) async fn a_list_holds_everybody_once(&self, name: &str) -> Check {
        let request = ListUsers::new(self.instance()).max_results(2);
        self.everybody_comes_once(name, request, |user| (user.user_id, user.name)).await
    }

    pub(super) async fn a_search_has_pages(&self, name: &str) -> Check {
        let request = SearchUsers::new(self.instance()).max_results(2);
        self.everybody_comes_once(name, request, |user| (user.user_id, user.name)).await
    }

    /// Creates three users; pages of two must contain each user once.
    async fn everybody_comes_once<R: PagedRequest>(
        &self,
        name: &str,
        request: R,
        identify: fn(R::Item) -> (UserId, String),
    ) -> Check {
        let mut made = BTreeSet::new();
        for number in 0..3 {
            let name = format!("{name}-{number}");
            made.insert((self.make(&name).await?.user_id, name));
        }
        let all = self.pages_of("a list", request, 2).await?.into_iter().map(identify);
        let seen: Vec<_> = all.filter(|(id, _)| made.iter().any(|(made, _)| made == id)).collect();
        let distinct: BTreeSet<_> = seen.iter().cloned().collect();
        expect("users of all pages", &(seen.len(), distinct), &(3, made.clone()))?;
        for (user_id, _) in &made {
            self.delete(user_id).await?;
        }
        Ok(())
    }

    pub(super) async fn a_list_tells_the_time_of_change(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let read = self.read(&user_id).await?;
        let all = self.all("a list", ListUsers::new(self.instance())).await?;
        let listed = all.into_iter().find(|user| user.user_id == user_id).ok_or("a list lacks a user")?;
        expect("listed ARN", &listed.arn, &read.arn)?;
        expect("listed time of change", &listed.last_modified_time, &read.last_modified_time)?;
        self.delete(&user_id).await
    }

    async fn search(&self, name: &str) -> Result<Vec<FoundUser>, String> {
        self.all("a search", SearchUsers::new(self.instance()).name(name.to_owned())).await
    }

    pub(super) async fn a_search_finds_a_name(&self, name: &str) -> Check {
        let created = self.make(name).await?;
        let other = self.make(&format!("{name}-2")).await?.user_id;
        let found = self.search(name).await?;
        let user = found.iter().find(|user| user.name == name).ok_or("a search does not find a user")?;
        expect("id", &user.user_id, &created.user_id)?;
        if found.iter().any(|found| !found.name.eq_ignore_ascii_case(name)) {
            return Err("a search for a name: expected no other user, found others".to_owned());
        }
        let work = user.channels.after_contact_work.get(&Channel::Voice).map(|work| work.time_limit);
        expect("after contact work, in seconds", &work, &Some(90))?;
        self.delete(&other).await?;
        self.delete(&created.user_id).await
    }

    pub(super) async fn a_search_tells_what_a_read_does(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        self.set_phone(&user_id).await?;
        let read = self.read(&user_id).await?;
        // A search may return changes with a delay.
        let mut left = self.fixture.patience;
        let found = loop {
            match self.search(name).await?.into_iter().find(|user| user.user_id == user_id) {
                Some(user) if left == 0 || user.phone == read.phone => break user,
                None if left == 0 => return Err("a search does not find a user".to_owned()),
                _ => left -= 1,
            }
        };
        expect("found ARN", &found.arn, &read.arn)?;
        expect("found name", &found.name, &read.name)?;
        expect("found directory user id", &found.directory_user_id, &read.directory_user_id)?;
        expect("found first name", &found.first_name, &read.identity.first_name)?;
        expect("found last name", &found.last_name, &read.identity.last_name)?;
        expect("found phone", &found.phone, &read.phone)?;
        expect("found routing profile", &found.routing_profile_id, &Some(read.routing_profile_id))?;
        expect("found security profiles", &found.security_profile_ids, &read.security_profile_ids)?;
        expect("found hierarchy group", &found.hierarchy_group_id, &read.hierarchy_group_id)?;
        expect("found channels", &found.channels, &read.channels)?;
        expect("found tags", &found.tags, &read.tags)?;
        expect("what is not known of the found user", &found.unrecognised, &read.unrecognised)?;
        self.delete(&user_id).await
    }

    pub(super) async fn a_search_keeps_to_its_conditions(&self, name: &str) -> Check {
        use TextComparison::{Contains, Exact, StartsWith};
        use UserCondition as Is;

        let Fixture { routing_profiles, security_profiles, hierarchy_group, child_group, .. } = self.fixture;
        let one = self.make(name).await?.user_id;
        let mut request = self.creation(&format!("{name}-2"));
        request.identity.first_name = Some("Second".into());
        request.identity.last_name = Some("Person".into());
        request.routing_profile_id = routing_profiles[1].clone();
        request.security_profile_ids = [security_profiles[0].clone()].into();
        request.hierarchy_group_id = child_group.clone();
        request.tags = [("team".to_owned(), "other".to_owned())].into();
        let two = self.call("a creation", &request).await?.user_id;
        self.read(&two).await?;

        let [key, _] = &self.fixture.proficiencies;
        let proficiencies = Proficiencies::from([(key.clone(), 2)]);
        let request = AssociateUserProficiencies::new(self.instance(), two.clone(), proficiencies);
        self.call("a proficiency", &request).await?;

        let other = ProficiencyKey { value: format!("{}-other", key.value), ..key.clone() };
        let levels = |levels| Is::proficiency_level(key.clone(), levels);
        let routing = || Is::routing_profile(routing_profiles[1].clone());
        let (all, none) = ([&one, &two], []);
        let (first, second) = (&all[..1], &all[1..]);
        for (what, condition, expected) in [
            ("by user name", Is::name(name), first),
            ("by the start of user names", Is::text(UserField::Username, StartsWith, name), &all),
            ("by a part of user names", Is::text(UserField::Username, Contains, "conditions-2"), second),
            ("by first name", Is::text(UserField::FirstName, Exact, "Second"), second),
            ("by last name", Is::text(UserField::LastName, StartsWith, "Pers"), second),
            ("by routing profile", routing(), second),
            ("by security profile", Is::security_profile(security_profiles[1].clone()), first),
            ("by user id", Is::user_id(two.clone()), second),
            ("by hierarchy group", Is::hierarchy_group(hierarchy_group.clone()), first),
            ("by a proficiency", Is::proficiency(key.clone()), second),
            ("by a proficiency that neither has", Is::proficiency(other), &none),
            ("by the level of a proficiency", levels(2..=4), second),
            ("by other levels of a proficiency", levels(3..=5), &none),
            ("by all of two conditions", Is::name(name).and(routing()), &none),
            ("by any of two conditions", Is::name(name).or(routing()), &all),
        ] {
            self.finds(what, SearchUsers::new(self.instance()).condition(condition), &all, expected).await?;
        }
        let below = Is::hierarchy(hierarchy_group.clone());
        let expected = if child_group.is_some() { &all } else { first };
        let request = SearchUsers::new(self.instance()).condition(below);
        self.finds("by hierarchy group and those below it", request, &all, expected).await?;
        let team = |team: &str| ("team".to_owned(), team.to_owned());
        let request = SearchUsers::new(self.instance()).tags([team("other")]);
        self.finds("by a tag", request, &all, second).await?;
        let request =
            SearchUsers::new(self.instance()).tags([team("other"), ("a".to_owned(), "b".to_owned())]);
        self.finds("by two tags", request, &all, &none).await?;
        self.delete(&two).await?;
        self.delete(&one).await
    }

    /// Checks which of the users are found; a search may return changes with a delay.
    async fn finds(
        &self,
        what: &str,
        request: SearchUsers,
        users: &[&UserId],
        expected: &[&UserId],
    ) -> Check {
        let mut left = self.fixture.patience;
        loop {
            let all = self.all("a search", request.clone()).await?;
            let found: Vec<_> =
                users.iter().copied().filter(|id| all.iter().any(|user| user.user_id == **id)).collect();
            match expect(&format!("a search {what}"), &found.as_slice(), &expected) {
                Err(_) if left > 0 => left -= 1,
                checked => return checked,
            }
        }
    }

    pub(super) async fn routing_profiles_are_listed_by_name(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let [first, second] = &self.fixture.routing_profiles;
        let mut request = self.creation(&format!("{name}-2"));
        request.routing_profile_id = second.clone();
        let other = self.call("a creation", &request).await?.user_id;
        self.read(&other).await?;
        let request = ListRoutingProfiles::new(self.instance()).max_results(1);
        let all = self.pages_of("a list", request, 1).await?;
        is_listed(&all, first)?;
        is_listed(&all, second)?;
        self.delete(&other).await?;
        self.delete(&user_id).await
    }

    pub(super) async fn security_profiles_are_listed_by_name(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let request = ListSecurityProfiles::new(self.instance()).max_results(1);
        let all = self.pages_of("a list", request, 1).await?;
        self.fixture.security_profiles.iter().try_for_each(|id| is_listed(&all, id))?;
        self.delete(&user_id).await
    }

    pub(super) async fn hierarchy_groups_are_listed_by_path(&self, name: &str) -> Check {
        let user_id = self.make(name).await?.user_id;
        let request = SearchUserHierarchyGroups::new(self.instance()).max_results(1);
        let all = self.pages_of("a list", request, 1).await?;
        let mut groups = all.iter().filter(|group| group.id == self.fixture.hierarchy_group);
        let (Some(group), None) = (groups.next(), groups.next()) else {
            return Err("a hierarchy group must be listed once".to_owned());
        };
        expect("end of the path", &group.path.last(), &Some(&group.name))?;
        expect("whether the path has 1 to 5 names", &(1..=5).contains(&group.path.len()), &true)?;
        expect("whether the path lacks a name", &group.path.iter().any(String::is_empty), &false)?;
        self.delete(&user_id).await
    }

    pub(super) async fn quick_connects_are_searched(&self, _: &str) -> Check {
        self.all("quick connects", SearchQuickConnects::new(self.instance())).await?;
        let request = DeleteQuickConnect::new(self.instance(), "00000000-nobody");
        self.is_refused("no quick connect", ErrorKind::NotFound, &request).await
    }
}

impl Suite<'_> {
    /// Lists the existing groups and workspaces: the user APIs create none.
    pub(super) async fn memberships_are_listed(&self, _: &str) -> Check {
        let request = ListTrafficDistributionGroups::new(self.instance()).max_results(1);
        for group in self.pages_of("traffic distribution groups", request, 1).await? {
            let request = ListTrafficDistributionGroupUsers::new(self.instance(), group.id);
            self.all("the users of a traffic distribution group", request).await?;
        }
        let request = ListTrafficDistributionGroupUsers::new(self.instance(), "00000000-nobody");
        self.is_refused("no traffic distribution group", ErrorKind::NotFound, &request).await?;
        let workspaces = self.all("workspaces", ListWorkspaces::new(self.instance())).await?;
        let associations = SearchWorkspaceAssociations::new(self.instance());
        for association in self.all("workspace associations", associations).await? {
            let is_listed = workspaces.iter().any(|workspace| workspace.id == association.workspace_id);
            expect("whether the workspace of an association is listed", &is_listed, &true)?;
        }
        Ok(())
    }
}

/// Checks that a resource of the suite's user is listed once, with a name and its own ARN.
fn is_listed<K: IdKind>(all: &[NamedResource], id: &Id<K>) -> Check {
    let mut resources = all.iter().filter(|resource| resource.id == id.bare());
    let (Some(resource), None) = (resources.next(), resources.next()) else {
        return Err(format!("{} must be listed once", K::NAME));
    };
    expect("ARN", &Id::new(resource.arn.as_str()), id)?;
    if resource.name.is_empty() {
        return Err(format!("{} has no name", K::NAME));
    }
    Ok(())
}
