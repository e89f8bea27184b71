//! Which file of `src` uses which: read from the tokens of each file, through re-exports.
//!
//! An arrow goes from a file to the file that holds what it names, wherever it may be re-exported. A module by
//! itself (`use crate::diff;`) is no arrow, the paths that go through it are. Switches (`cfg`) count as on.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    str::FromStr,
};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A path of modules, from the root of the crate.
type ModulePath = Vec<String>;

/// The modules of `src`.
pub struct Files {
    texts: BTreeMap<String, String>,
    modules: BTreeMap<ModulePath, Module>,
}

#[derive(Default)]
struct Module {
    file: String,
    /// The modules declared in it.
    children: BTreeSet<String>,
    /// What `use` brings in, by the name that it has here.
    names: BTreeMap<String, Vec<Named>>,
    /// The modules of which `use` brings in everything.
    globs: Vec<Vec<String>>,
    /// What is defined in it.
    items: BTreeSet<String>,
    /// Every path that is written in it.
    paths: Vec<Named>,
    tokens: TokenStream,
}

/// A path as it is written.
#[derive(Clone)]
struct Named {
    segments: Vec<String>,
    is_use: bool,
}

/// Where a path leads.
#[derive(Debug, PartialEq)]
enum Target {
    Module(ModulePath),
    Item(ModulePath),
    /// Another crate, or something local.
    Elsewhere,
}

impl Files {
    /// The files of this crate.
    pub fn of_this_crate() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut texts = BTreeMap::new();
        collect(&root, &root, &mut texts);
        Self::new(texts)
    }

    /// The files of a crate, by their paths below `src`.
    pub fn new(texts: BTreeMap<String, String>) -> Self {
        let mut files = Self { texts: BTreeMap::new(), modules: BTreeMap::new() };
        for (file, text) in &texts {
            let tokens = TokenStream::from_str(text).unwrap_or_else(|error| panic!("{file}: {error}"));
            files.add(module_of(file), file, tokens);
        }
        Self { texts, ..files }
    }

    fn add(&mut self, path: ModulePath, file: &str, tokens: TokenStream) {
        let mut module = Module { file: file.to_owned(), tokens: tokens.clone(), ..Module::default() };
        let mut inline = Vec::new();
        module.scan(tokens, &mut inline);
        for (name, tokens) in inline {
            let mut inner = path.clone();
            inner.push(name);
            self.add(inner, file, tokens);
        }
        self.modules.insert(path, module);
    }

    /// The files with their texts.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(file, text)| (file.as_str(), text.as_str()))
    }

    /// Which files each file uses.
    pub fn arrows(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut arrows: BTreeMap<&str, BTreeSet<&str>> =
            self.texts().map(|(file, _)| (file, BTreeSet::new())).collect();
        for (path, module) in &self.modules {
            let mut paths = module.paths.clone();
            for glob in &module.globs {
                if let Target::Module(all) = self.resolve(path, glob, true, &[]) {
                    let mut words = BTreeSet::new();
                    identifiers(module.tokens.clone(), &mut words);
                    let brought = words.into_iter().filter(|word| self.modules[&all].has(word));
                    paths.extend(
                        brought.map(|word| Named {
                            segments: [glob.clone(), vec![word]].concat(),
                            is_use: true,
                        }),
                    );
                }
            }
            for named in &paths {
                if let Target::Item(target) = self.resolve(path, &named.segments, named.is_use, &[]) {
                    let to = self.modules[&target].file.as_str();
                    if to != module.file {
                        arrows.entry(&module.file).or_default().insert(to);
                    }
                }
            }
        }
        arrows
    }

    /// Files that use each other, directly or through others.
    pub fn circles(&self) -> Vec<Vec<&str>> {
        let arrows = self.arrows();
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            arrows.keys().map(|file| (*file, reachable(&arrows, file))).collect();
        let mut circles: BTreeSet<Vec<&str>> = BTreeSet::new();
        for (file, reached) in &reach {
            if reached.contains(file) {
                let back = reached.iter().filter(|other| reach[*other].contains(file));
                circles.insert(back.copied().collect());
            }
        }
        circles.into_iter().collect()
    }

    /// Where a path leads that is written in the module `from`.
    fn resolve(
        &self,
        from: &ModulePath,
        segments: &[String],
        is_use: bool,
        trail: &[(ModulePath, Vec<String>)],
    ) -> Target {
        let (first, rest) = segments.split_first().expect("a segment");
        match first.as_str() {
            "crate" => self.descend(Vec::new(), rest, trail),
            "self" => self.descend(from.clone(), rest, trail),
            "super" => {
                let parent = from[..from.len().saturating_sub(1)].to_vec();
                match rest.first().is_some_and(|next| next == "super") {
                    true => self.resolve(&parent, rest, is_use, trail),
                    false => self.descend(parent, rest, trail),
                }
            }
            name if rest.is_empty() && !is_use => match self.modules[from].items.contains(name) {
                true => Target::Item(from.clone()),
                false => Target::Elsewhere,
            },
            name => {
                let module = &self.modules[from];
                let is_here = module.children.contains(name) || !is_use && module.names.contains_key(name);
                if is_here { self.descend(from.clone(), segments, trail) } else { Target::Elsewhere }
            }
        }
    }

    /// Follows a path from a module on.
    fn descend(&self, at: ModulePath, segments: &[String], trail: &[(ModulePath, Vec<String>)]) -> Target {
        let Some((first, rest)) = segments.split_first() else { return Target::Module(at) };
        let step = (at.clone(), segments.to_vec());
        if trail.contains(&step) {
            return Target::Elsewhere;
        }
        let trail = [trail, &[step]].concat();
        let module = self.modules.get(&at).unwrap_or_else(|| panic!("no module {at:?}"));
        let is_child = module.children.contains(first);
        if is_child && !rest.is_empty() {
            return self.descend([at, vec![first.clone()]].concat(), rest, &trail);
        }
        if module.items.contains(first) {
            return Target::Item(at);
        }
        // A module and a function may have one name.
        let brought = module
            .names
            .get(first)
            .into_iter()
            .flatten()
            .map(|named| self.resolve(&at, &[&named.segments, rest].concat(), true, &trail));
        let globs = module.globs.iter().filter_map(|glob| match self.resolve(&at, glob, true, &trail) {
            Target::Module(all) if self.modules[&all].has(first) => Some(self.descend(all, segments, &trail)),
            _ => None,
        });
        let found: Vec<Target> = brought.chain(globs).collect();
        let item = found.iter().position(|target| matches!(target, Target::Item(_)));
        match found.into_iter().nth(item.unwrap_or(0)) {
            Some(target) => target,
            None if is_child => Target::Module([at, vec![first.clone()]].concat()),
            None => Target::Item(at),
        }
    }
}

impl Module {
    fn has(&self, name: &str) -> bool {
        self.items.contains(name) || self.names.contains_key(name)
    }

    /// Collects the paths and names of a module; the modules in its braces go to `inline`.
    fn scan(&mut self, tokens: TokenStream, inline: &mut Vec<(String, TokenStream)>) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => {
                    self.scan(group.stream(), inline);
                    at += 1;
                }
                TokenTree::Ident(word) if word == "use" => {
                    let end =
                        (at..tokens.len()).find(|at| is_punct(&tokens[*at], ';')).unwrap_or(tokens.len());
                    self.bring_in(&tokens[at + 1..end], &[]);
                    at = end;
                }
                TokenTree::Ident(word) if word == "mod" => {
                    if let [TokenTree::Ident(name), rest @ ..] = &tokens[at + 1..] {
                        self.children.insert(name.to_string());
                        if let Some(TokenTree::Group(body)) = rest.first() {
                            inline.push((name.to_string(), body.stream()));
                        }
                        at += 1;
                    }
                    at += 2;
                }
                TokenTree::Ident(word) => {
                    let word = word.to_string();
                    if let (
                        "struct" | "enum" | "fn" | "trait" | "type" | "const" | "static",
                        Some(TokenTree::Ident(name)),
                    ) = (word.as_str(), tokens.get(at + 1))
                    {
                        self.items.insert(name.to_string());
                    }
                    let is_member = at > 0 && is_punct(&tokens[at - 1], '.');
                    let mut segments = vec![word];
                    while let [TokenTree::Punct(one), TokenTree::Punct(two), TokenTree::Ident(next), ..] =
                        &tokens[at + 1..]
                        && one.as_char() == ':'
                        && two.as_char() == ':'
                    {
                        segments.push(next.to_string());
                        at += 3;
                    }
                    if segments.len() > 1 && !is_member {
                        self.paths.push(Named { segments, is_use: false });
                    }
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Takes a tree of `use`.
    fn bring_in(&mut self, tokens: &[TokenTree], prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let mut alias = None;
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(word) if word == "as" => {
                    alias = tokens.get(at + 1).map(ToString::to_string);
                    at += 1;
                }
                TokenTree::Ident(word) => segments.push(word.to_string()),
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for tree in inner.split(|token| is_punct(token, ',')).filter(|tree| !tree.is_empty()) {
                        self.bring_in(tree, &segments);
                    }
                    return;
                }
                token if is_punct(token, '*') => {
                    return self.globs.push(segments);
                }
                _ => {}
            }
            at += 1;
        }
        if segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let Some(last) = segments.last() else { return };
        let named = Named { segments: segments.clone(), is_use: true };
        self.names.entry(alias.unwrap_or_else(|| last.clone())).or_default().push(named.clone());
        self.paths.push(named);
    }
}

/// The module that a file holds.
fn module_of(file: &str) -> ModulePath {
    let path = file.trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    path.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
}

fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn identifiers(tokens: TokenStream, found: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => identifiers(group.stream(), found),
            TokenTree::Ident(word) => drop(found.insert(word.to_string())),
            _ => {}
        }
    }
}

/// Every file that one comes to, one step or more away.
fn reachable<'a>(arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>, from: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut next: Vec<&str> = arrows[from].iter().copied().collect();
    while let Some(file) = next.pop() {
        if reached.insert(file) {
            next.extend(&arrows[file]);
        }
    }
    reached
}

fn collect(root: &Path, folder: &Path, texts: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path: PathBuf = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            texts.insert(name, fs::read_to_string(&path).expect("text"));
        }
    }
}
