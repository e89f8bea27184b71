//! The wire format: values in MessagePack, users as Terraform stores them, and diagnostics.

mod diagnostics;
mod identity;
mod stored;
pub mod user;

use connect_user::user::Value;
use magma_protocol::tfplugin6::DynamicValue;
use rmpv::Value as Pack;

pub use diagnostics::{Diagnostics, attribute_path, log};
pub use identity::Identity;
pub use stored::{Stored, timeout, with_own};

/// Reads a value; a missing value is null.
pub fn decode(value: Option<&DynamicValue>) -> Result<Value, String> {
    let Some(value) = value else { return Ok(Value::Null) };
    if !value.json.is_empty() {
        return serde_json::from_slice(&value.json).map_err(|error| error.to_string());
    }
    if value.msgpack.is_empty() {
        return Ok(Value::Null);
    }
    let pack = rmpv::decode::read_value(&mut value.msgpack.as_slice()).map_err(|error| error.to_string())?;
    from_pack(pack)
}

/// Writes a value.
pub fn encode(value: &Value) -> DynamicValue {
    let mut msgpack = Vec::new();
    // Writing into memory cannot fail.
    let _ = rmpv::encode::write_value(&mut msgpack, &to_pack(value));
    DynamicValue { msgpack, json: Vec::new() }
}

fn from_pack(pack: Pack) -> Result<Value, String> {
    Ok(match pack {
        Pack::Nil => Value::Null,
        // Every extension type is an unknown value; some have hints about the value.
        Pack::Ext(..) => Value::Unknown,
        Pack::Boolean(flag) => Value::Bool(flag),
        Pack::Integer(number) => match number.as_i64() {
            Some(number) => Value::Integer(number),
            None => Value::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Pack::F32(number) => Value::Float(number.into()),
        Pack::F64(number) => Value::Float(number),
        Pack::String(text) => Value::String(text.into_str().ok_or("a text is not UTF-8")?),
        Pack::Binary(_) => return Err("bytes where a value was expected".to_owned()),
        Pack::Array(items) => Value::List(items.into_iter().map(from_pack).collect::<Result<_, _>>()?),
        Pack::Map(members) => {
            let member = |(name, value): (Pack, Pack)| match from_pack(name)? {
                Value::String(name) => Ok((name, from_pack(value)?)),
                _ => Err("a name that is no text".to_owned()),
            };
            Value::Map(members.into_iter().map(member).collect::<Result<_, String>>()?)
        }
    })
}

fn to_pack(value: &Value) -> Pack {
    match value {
        Value::Null => Pack::Nil,
        Value::Unknown => Pack::Ext(0, vec![0]),
        Value::Bool(flag) => Pack::Boolean(*flag),
        // As text, which Terraform reads exactly like the number in its state: a number with another precision would be
        // reported as drift.
        Value::Integer(number) => Pack::from(number.to_string()),
        Value::Float(number) => Pack::F64(*number),
        Value::String(text) => Pack::from(text.as_str()),
        Value::List(items) => Pack::Array(items.iter().map(to_pack).collect()),
        Value::Map(members) => Pack::Map(
            members.iter().map(|(name, value)| (Pack::from(name.as_str()), to_pack(value))).collect(),
        ),
    }
}
