//! Programs: Pulumi YAML, and the same as JSON.

use super::{
    super::{inputs::replace, users::FileUser},
    variables::{Variables, rewrite, root},
    writing::Writing,
};
use crate::{
    interop::program::{ProgramOptions, WrittenResource, readable_json, without_references},
    user::{Path, Property, Value},
};

/// The program as YAML, in which values are written as JSON.
pub(super) fn yaml(writing: &mut Writing<'_>) -> String {
    let (resources, config) = parts(writing);
    let mut text = String::new();
    if !config.is_empty() {
        text.push_str("config:\n");
    }
    for (name, declaration) in config {
        text.push_str(&format!("  {}: {}\n", json_text(&name.into()), json_text(&declaration)));
    }
    match resources.is_empty() {
        true => text.push_str("resources: {}\n"),
        false => text.push_str("resources:\n"),
    }
    text.extend(resources.iter().map(WrittenResource::yaml));
    text
}

/// The program as JSON.
pub(super) fn json(writing: &mut Writing<'_>) -> String {
    let (resources, config) = parts(writing);
    let resources = resources.into_iter().map(WrittenResource::into_member).collect();
    let mut members = vec![("resources".to_owned(), Value::Map(resources))];
    if !config.is_empty() {
        members.insert(0, ("config".to_owned(), Value::Map(config)));
    }
    let json = serde_json::to_string_pretty(&Value::Map(members)).unwrap_or_default();
    format!("{}\n", readable_json(&json))
}

fn json_text(value: &Value) -> String {
    readable_json(&serde_json::to_string(value).unwrap_or_default()).into_owned()
}

/// The resources, and the configuration that they refer to.
fn parts<'a>(writing: &mut Writing<'a>) -> (Vec<WrittenResource<'a>>, Vec<(String, Value)>) {
    let file = writing.file;
    let mut variables = Variables::default();
    variables.reserve(file.users.iter().map(|user| user.name.clone()).chain(["pulumi".to_owned()]));
    let resources = file.users.iter().map(|user| {
        let (inputs, references) = writing.inputs(user);
        let mut properties = without_references(&inputs);
        for (path, expression) in references {
            let is_secret = path == Path::from(Property::Password);
            let text = rewrite(
                &expression,
                |text| text.replace("${", "$${"),
                |reference| {
                    if writing.has(root(reference)) || root(reference) == "pulumi" {
                        return format!("${{{reference}}}");
                    }
                    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                    format!("${{{}}}", variables.name(reference, is_secret, is_plain))
                },
            );
            replace(&mut properties, path.segments(), text.into());
        }
        WrittenResource::with_references(&user.name, properties, options(user, writing))
    });
    let resources: Vec<_> = resources.collect();
    let config = variables.all().into_iter().map(|(name, is_secret)| {
        let mut declaration = vec![("type".to_owned(), Value::from("string"))];
        if is_secret {
            declaration.push(("secret".to_owned(), true.into()));
        }
        (name.to_owned(), Value::Map(declaration))
    });
    (resources, config.collect())
}

/// The options of a user, as a program writes them; tells of those that name what is not written.
fn options(user: &FileUser, writing: &mut Writing<'_>) -> Vec<(String, Value)> {
    let ProgramOptions {
        protect,
        import,
        retain_on_delete,
        deleted_with,
        ignore_changes,
        replace_on_changes,
        delete_before_replace,
        depends_on,
        parent,
        aliases,
        provider,
    } = &user.options;
    let paths = |paths: &[Path]| {
        (!paths.is_empty()).then(|| Value::List(paths.iter().map(|path| path.to_string().into()).collect()))
    };
    let flag = |flag: &bool| flag.then_some(Value::Bool(true));
    let texts = |texts: Vec<Value>| (!texts.is_empty()).then_some(Value::List(texts));
    let mut named = |option: &str, name: &String| {
        let is_user = writing.has(name);
        if !is_user {
            let what = format!("the option `{option}` names `{name}`, which is no user and is not written");
            writing.lose(user, what, "add the resource to the program, and the option again");
        }
        is_user.then(|| Value::from(format!("${{{name}}}")))
    };
    let depends_on = depends_on.iter().filter_map(|name| named("dependsOn", name)).collect();
    let options = [
        ("import", import.as_ref().map(|id| id.to_string().into())),
        ("protect", flag(protect)),
        ("retainOnDelete", flag(retain_on_delete)),
        ("deleteBeforeReplace", flag(delete_before_replace)),
        ("ignoreChanges", paths(ignore_changes)),
        ("replaceOnChanges", paths(replace_on_changes)),
        ("dependsOn", texts(depends_on)),
        ("parent", parent.as_ref().and_then(|name| named("parent", name))),
        ("deletedWith", deleted_with.as_ref().and_then(|name| named("deletedWith", name))),
        ("provider", provider.as_ref().and_then(|name| named("provider", name))),
        ("aliases", texts(aliases.iter().map(|name| name.as_str().into()).collect())),
    ];
    let given = options.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    given.collect()
}
