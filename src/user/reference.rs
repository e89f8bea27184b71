//! The table of properties as documentation.

use super::{
    property::Property,
    table::{LeftOut, OnChange, PropertyInfo, Sensitivity},
};

/// Returns the table as Markdown, for the reference in the documentation.
pub fn reference_table() -> String {
    let mut table = String::from(
        "| property | type | bounds | on change | when left out | what it is |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for property in Property::ALL {
        let PropertyInfo { path, shape, bounds, on_change, left_out, sensitivity, summary } = property.info();
        let on_change = match on_change {
            OnChange::Update(operations) => {
                let names: Vec<_> = operations.iter().map(|operation| operation.name()).collect();
                format!("`{}`", names.join("`, `"))
            }
            OnChange::Replace => "replaces the user".to_owned(),
            OnChange::Never => "no API: the policy decides".to_owned(),
        };
        let left_out = match left_out {
            LeftOut::Required => "refused".to_owned(),
            LeftOut::Generated => "generated from the resource name".to_owned(),
            LeftOut::Cleared => "cleared if set before".to_owned(),
            LeftOut::Default(value) => format!("`{value}` if set before"),
            LeftOut::Kept => "kept".to_owned(),
        };
        let mark = match sensitivity {
            Sensitivity::Public => "",
            Sensitivity::Personal => " (personal)",
            Sensitivity::Secret => " (secret)",
        };
        table.push_str(&format!(
            "| `{path}`{mark} | {shape} | {bounds} | {on_change} | {left_out} | {summary} |\n"
        ));
    }
    table
}
