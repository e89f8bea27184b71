//! Declares requests and answers.

/// Declares requests and answers: required members, and after `..` optional members, which have defaults. A field that
/// begins with `@personal` is left out of `Debug`: user names are often e-mail addresses.
macro_rules! structs {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$of_field:meta])* $(@$personal:ident)? $field:ident: $type:ty,)+
            $(..
                $($(#[$of_optional:meta])* $(@$of_personal:ident)? $optional:ident: $of_type:ty,)+
            )?
        }
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[$of_field])* pub $field: $type,)+
            $($($(#[$of_optional])* pub $optional: $of_type,)+)?
        }

        impl $name {
            /// Creates the value from the required members; optional members, if any, are `None` or empty.
            #[allow(clippy::too_many_arguments, reason = "as many as the API requires")]
            pub fn new($($field: impl Into<$type>),+) -> Self {
                Self {
                    $($field: $field.into(),)+
                    $($($optional: Default::default(),)+)?
                }
            }

            $($(
                #[doc = concat!("Sets `", stringify!($optional), "`:")]
                $(#[$of_optional])*
                #[must_use]
                pub fn $optional(mut self, $optional: impl Into<$of_type>) -> Self {
                    self.$optional = $optional.into();
                    self
                }
            )+)?
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name))
                    $(.field(stringify!($field), structs!(@debug $($personal)? self.$field)))+
                    $($(.field(stringify!($optional), structs!(@debug $($of_personal)? self.$optional)))+)?
                    .finish()
            }
        }
    )+};
    (@debug personal $this:ident.$field:ident) => {
        &format_args!("redacted")
    };
    (@debug $this:ident.$field:ident) => {
        &$this.$field
    };
}

pub(super) use structs;
