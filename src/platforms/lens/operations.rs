//! Every operation Lumen sends, as documents of their own. A test checks each against the official schema.

/// One operation with the fragments it uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operation {
    pub name: &'static str,
    pub text: &'static str,
}

macro_rules! operation {
    ($constant:ident, $name:literal, $($file:literal)+) => {
        pub const $constant: Operation = Operation {
            name: $name,
            text: concat!($(include_str!(concat!("operations/", $file, ".graphql"))),+),
        };
    };
}

operation!(POSTS, "Posts", "fragments" "entry" "posts");
operation!(AUTHOR_POSTS, "AuthorPosts", "fragments" "entry" "author_posts");
operation!(REFERENCES, "References", "fragments" "entry" "references");
operation!(NOTIFICATIONS, "Notifications", "fragments" "notifications");
operation!(OWN_POSTS, "OwnPosts", "own_posts");
operation!(ACCOUNT, "AccountOf", "account");
operation!(RIGHTS, "Rights", "rights");
operation!(ME, "Me", "me");
operation!(HEALTH, "Health", "health");
operation!(CHALLENGE, "Challenge", "challenge");
operation!(AUTHENTICATE, "Authenticate", "authenticate");
operation!(REFRESH, "Refresh", "refresh");
operation!(CREATE_POST, "CreatePost", "create_post");
operation!(TRANSACTION, "Transaction", "transaction");
operation!(POST_OF, "PostOf", "post_of");
operation!(STANDING, "Standing", "standing");
operation!(LIKE, "Like", "like");
operation!(REPOST, "Repost", "repost");
operation!(BOOKMARK, "Bookmark", "bookmark");
operation!(FOLLOW, "Follow", "follow");

pub const ALL: [Operation; 20] = [
    POSTS,
    AUTHOR_POSTS,
    REFERENCES,
    NOTIFICATIONS,
    OWN_POSTS,
    ACCOUNT,
    RIGHTS,
    ME,
    HEALTH,
    CHALLENGE,
    AUTHENTICATE,
    REFRESH,
    CREATE_POST,
    TRANSACTION,
    POST_OF,
    STANDING,
    LIKE,
    REPOST,
    BOOKMARK,
    FOLLOW,
];
