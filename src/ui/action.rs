//! What the user can do. Views push actions, the application applies them.

use super::annotations::Annotating;
use super::views::ViewKind;
use super::{Arrangement, OverTimeNeed, TreeNeed};
use crate::analyze::diff::{BoxWidth, Measure, Normalize, Renamed, Side};
use crate::analyze::{GroupBy, GroupId, SearchText, Transform};
use crate::hints::{Dismissal, FindingKey};
use crate::model::{MetricId, StringId, TrackId};
use crate::source::Mapping;
use egui::{Key, KeyboardShortcut, Modifiers};
use std::path::PathBuf;

/// Something to be done to the session.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Something with a name and perhaps a shortcut.
    Run(Command),
    /// Open files, each in a tab.
    Open(Vec<PathBuf>),
    /// Compare two recordings, of which the older one is the base.
    Compare(PathBuf, PathBuf),
    /// Choose a file to compare this one with.
    ChooseToCompare(PathBuf),
    /// Add more runs to a side of the comparison.
    AddRuns(Side, Vec<PathBuf>),
    /// Read a file again wherever it is open.
    ReloadFile(PathBuf),
    /// Read a file again, and compare with what it held before.
    ReloadAndCompare(PathBuf),
    /// Show a tab.
    ShowTab(usize),
    /// Close a tab.
    CloseTab(usize),
    /// Stop loading a file.
    CancelLoading(usize),
    /// Show a view.
    Show(ViewKind),
    /// Select a group in every view, or nothing.
    Select(Option<GroupId>),
    /// The pointer is over a group.
    Hover(GroupId),
    /// Search.
    Search(SearchText),
    /// Count another metric.
    Metric(MetricId),
    /// Show one thread, or all.
    Track(Option<TrackId>),
    /// Group rows and boxes otherwise.
    Group(GroupBy),
    /// Add a transform.
    Transform(Transform),
    /// Take a transform off.
    RemoveTransform(Transform),
    /// Count only what lies in a span of time, of one thread where positions are one thread's own; or everything again.
    TimeRange(Option<(i64, i64)>, Option<TrackId>),
    /// Zoom the flame graph and the sunburst to a path of calls.
    ZoomTo(Vec<GroupId>),
    /// A view needs a tree.
    Need(TreeNeed),
    /// A view needs to know how cost divides over time.
    NeedOverTime(OverTimeNeed),
    /// Draw both sides of a comparison as one, or side by side.
    Arrange(Arrangement),
    /// Make both sides comparable otherwise.
    Normalize(Normalize),
    /// Draw the boxes of both sides as one as wide as another side.
    BoxWidth(BoxWidth),
    /// Draw both sides, side by side, on one scale or not.
    EqualScale(bool),
    /// List all that makes the sides hard to compare, or the first.
    ShowFindings(bool),
    /// Compare what functions cost themselves, or with everything they called.
    Measure(Measure),
    /// Compare a function of base with one of another name of new.
    Pair(Renamed),
    /// Take such a pair apart.
    Unpair(Renamed),
    /// Put a text on the clipboard; the second text says what it is: "Table copied".
    Copy(String, &'static str),
    /// Forget a recent file.
    ForgetRecent(PathBuf),
    /// The source view needs a file.
    NeedSource(StringId),
    /// Search a folder of the user's choice for sources.
    ChooseSourceFolder,
    /// Look for sources by a mapping, too.
    MapSource(Mapping),
    /// Look for sources anew.
    ForgetSources,
    /// Search a folder for sources no longer.
    RemoveSourceRoot(PathBuf),
    /// Look for sources by a mapping no longer.
    RemoveMapping(Mapping),
    /// Open a line of the file in the source view in the user's editor.
    OpenInEditor(u32),
    /// The command to open an editor with.
    SetEditor(String),
    /// Show a line of the source of a group, which is selected; 0 for where it begins.
    ShowLine(GroupId, u32),
    /// Show a finding with its evidence.
    ShowHint(FindingKey),
    /// Show a finding no more.
    Dismiss(Dismissal),
    /// Save how this is looked at, with the profiles or with their places.
    SaveReview {
        /// Whether the profiles are in the file.
        embed: bool,
    },
    /// Open a review although a profile of it has changed.
    OpenAnyway,
    /// Choose the profile that a review did not find.
    LocateProfile,
    /// Show what was dismissed again.
    Restore(Dismissal),
    /// Choose a profile recorded after a finding was mended.
    ChooseAfterFix(FindingKey),
    /// Compare a profile with one recorded after a finding was mended, and show what that gained.
    CompareAfterFix(PathBuf, PathBuf, FindingKey),
    /// Choose that profile from files.
    ChooseFileAfterFix(PathBuf, FindingKey),
    /// Mark something, or change what is marked.
    Annotate(Annotating),
}

/// Commands of editors that open a file at a line.
pub const EDITORS: &[&str] = &[
    "code -g {file}:{line}",
    "pycharm --line {line} {file}",
    "zed {file}:{line}",
    "subl {file}:{line}",
    "gvim +{line} {file}",
    "emacsclient -n +{line} {file}",
];

/// The list a view adds to.
pub type Actions = Vec<Action>;

/// An action with a name: in menus, the palette and the sheet of shortcuts alike.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Command {
    /// Choose files to open.
    OpenDialog,
    /// Read the file again, keeping view, zoom, sort, filter and selection.
    Reload,
    /// Read the file again and compare with what it held before.
    ReloadAndCompare,
    /// Compare this profile with another.
    CompareWith,
    /// Compare with what was loaded before the last reload.
    CompareWithEarlier,
    /// Base as new, and new as base.
    SwapSides,
    /// Both sides as one, or side by side.
    SwitchArrangement,
    /// The next way to make both sides comparable.
    NextNormalization,
    /// Select the next smaller difference.
    NextDifference,
    /// Select the next larger difference.
    PreviousDifference,
    /// Look at open files for changes, or do not.
    ToggleWatching,
    /// Close the tab.
    CloseTab,
    /// Show the next tab.
    NextTab,
    /// Show the start page.
    StartPage,
    /// To the search field.
    Find,
    /// Select the next match.
    NextMatch,
    /// Select the previous match.
    PreviousMatch,
    /// Undo a zoom, selection or transform.
    Back,
    /// Redo it.
    Forward,
    /// Show everything: no zoom, no transforms.
    ResetZoom,
    /// The next thread.
    NextTrack,
    /// The thread before.
    PreviousTrack,
    /// The command palette.
    Palette,
    /// The sheet of shortcuts.
    Shortcuts,
    /// Dark, light, or as the system.
    SwitchTheme,
    /// What colours of functions tell: whose code they are, or what they cost themselves.
    SwitchColours,
    /// Show or hide the details.
    ToggleDetails,
    /// What to know about this profile.
    ShowWarnings,
    /// Larger text and boxes.
    ScaleUp,
    /// Smaller text and boxes.
    ScaleDown,
    /// The usual size.
    ScaleReset,
    /// Begin stacks at the selected function.
    FocusSelection,
    /// Take the selected function out of stacks.
    HideSelection,
    /// Drop stacks with the selected function.
    DropSelection,
    /// Fold what the selected function's package calls within itself.
    CollapsePackage,
    /// Fold what the selected function's module calls within itself.
    CollapseModule,
    /// Fold recursion.
    CollapseRecursion,
    /// Only the user's own code.
    OnlyMine,
    /// Choose a format and export what is on screen.
    Export,
    /// Copy the picture of the view on screen.
    CopyPicture,
    /// Copy a summary, a table and findings for a review.
    CopyReview,
    /// Save the window as it is on screen.
    SaveScreen,
    /// Save how this is looked at, to be opened again.
    SaveReview,
    /// Copy the name and place of the selection.
    CopySelection,
    /// Put a ring around the selected box, or take it off.
    Highlight,
    /// Write a note about the selected box.
    AddNote,
    /// List what is marked.
    ListAnnotations,
    /// Take all annotations off.
    RemoveAnnotations,
    /// To the line of the source that cost most.
    HottestLine,
    /// To the next hot line below.
    NextHotLine,
    /// To the hot line above.
    PreviousHotLine,
    /// The source's line in the user's editor.
    OpenInEditor,
    /// Show a view by its number.
    View(ViewKind),
    /// Close the program.
    Quit,
}

impl Command {
    /// Every command, in the order of the sheet.
    pub fn all() -> Vec<Self> {
        let mut all =
            vec![Self::OpenDialog, Self::Reload, Self::CloseTab, Self::NextTab, Self::StartPage, Self::ToggleWatching];
        all.extend(ViewKind::ALL.map(Self::View));
        all.extend([
            Self::Find,
            Self::NextMatch,
            Self::PreviousMatch,
            Self::Back,
            Self::Forward,
            Self::ResetZoom,
            Self::NextTrack,
            Self::PreviousTrack,
            Self::FocusSelection,
            Self::HideSelection,
            Self::DropSelection,
            Self::CollapsePackage,
            Self::CollapseModule,
            Self::CollapseRecursion,
            Self::OnlyMine,
            Self::Highlight,
            Self::AddNote,
            Self::ListAnnotations,
            Self::RemoveAnnotations,
            Self::CopySelection,
            Self::Export,
            Self::CopyPicture,
            Self::CopyReview,
            Self::SaveScreen,
            Self::SaveReview,
            Self::CompareWith,
            Self::ReloadAndCompare,
            Self::CompareWithEarlier,
            Self::SwapSides,
            Self::SwitchArrangement,
            Self::NextNormalization,
            Self::NextDifference,
            Self::PreviousDifference,
            Self::HottestLine,
            Self::NextHotLine,
            Self::PreviousHotLine,
            Self::OpenInEditor,
            Self::ToggleDetails,
            Self::ShowWarnings,
            Self::SwitchTheme,
            Self::SwitchColours,
            Self::ScaleUp,
            Self::ScaleDown,
            Self::ScaleReset,
            Self::Palette,
            Self::Shortcuts,
            Self::Quit,
        ]);
        all
    }

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::OpenDialog => "Open…",
            Self::Reload => "Reload",
            Self::ReloadAndCompare => "Reload and compare",
            Self::CompareWith => "Compare with…",
            Self::CompareWithEarlier => "Compare with what was loaded before",
            Self::SwapSides => "Swap base and new",
            Self::SwitchArrangement => "Merged or side by side",
            Self::NextNormalization => "Next normalisation",
            Self::NextDifference => "Next largest difference",
            Self::PreviousDifference => "Previous largest difference",
            Self::ToggleWatching => "Watch open files",
            Self::CloseTab => "Close tab",
            Self::NextTab => "Next tab",
            Self::StartPage => "Start page",
            Self::Find => "Search",
            Self::NextMatch => "Next match",
            Self::PreviousMatch => "Previous match",
            Self::Back => "Back",
            Self::Forward => "Forward",
            Self::ResetZoom => "Show everything",
            Self::NextTrack => "Next thread",
            Self::PreviousTrack => "Previous thread",
            Self::Palette => "Command palette",
            Self::Shortcuts => "Keyboard shortcuts",
            Self::SwitchTheme => "Switch theme",
            Self::SwitchColours => "Colours by package or self share",
            Self::ToggleDetails => "Show or hide details",
            Self::ShowWarnings => "Show warnings",
            Self::ScaleUp => "Larger",
            Self::ScaleDown => "Smaller",
            Self::ScaleReset => "Usual size",
            Self::FocusSelection => "Focus on the selected function",
            Self::HideSelection => "Hide the selected function",
            Self::DropSelection => "Drop samples with the selected function",
            Self::CollapsePackage => "Collapse the selected function's package",
            Self::CollapseModule => "Collapse the selected function's module",
            Self::CollapseRecursion => "Collapse recursion",
            Self::OnlyMine => "Only my code",
            Self::CopySelection => "Copy the selected function's name",
            Self::Highlight => "Highlight",
            Self::AddNote => "Add note…",
            Self::ListAnnotations => "List annotations",
            Self::RemoveAnnotations => "Remove all annotations",
            Self::Export => "Export…",
            Self::CopyPicture => "Copy picture",
            Self::CopyReview => "Copy for review",
            Self::SaveScreen => "Save the window as a picture…",
            Self::SaveReview => "Save review…",
            Self::HottestLine => "Hottest line",
            Self::NextHotLine => "Next hot line",
            Self::PreviousHotLine => "Previous hot line",
            Self::OpenInEditor => "Open in editor",
            Self::View(view) => view.label(),
            Self::Quit => "Quit",
        }
    }

    /// What it does, in a sentence.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::OpenDialog => "Choose profiles to open. Dropping files on the window does the same.",
            Self::Reload => "Read the file again, keeping view, zoom, sort, filter and selection. F5 does the same.",
            Self::ReloadAndCompare => "Read the file again and compare it with what it held before.",
            Self::CompareWith => "Compare this profile with another. The older one is the base.",
            Self::CompareWithEarlier => "Compare with what this file held before it was reloaded.",
            Self::SwapSides => "Make base new, and new base.",
            Self::SwitchArrangement => "Draw both sides of a comparison as one, or side by side.",
            Self::NextNormalization => "Compare as recorded, scaled to equal totals, or by call.",
            Self::NextDifference => "Select the function with the next smaller difference beyond noise.",
            Self::PreviousDifference => "Select the function with the next larger difference beyond noise.",
            Self::ToggleWatching => "Look every two seconds whether an open file has changed, or do not.",
            Self::CloseTab => "Close this profile.",
            Self::NextTab => "Show the next profile.",
            Self::StartPage => "Recent files, samples, and how to record a profile.",
            Self::Find => "Search names and files in every view.",
            Self::NextMatch => "Select the next function the search matches.",
            Self::PreviousMatch => "Select the function the search matched before.",
            Self::Back => "To the zoom, selection and filter before.",
            Self::Forward => "To the zoom, selection and filter after.",
            Self::ResetZoom => "Undo the zoom and take off every transform.",
            Self::NextTrack => "Show the next thread of the recording.",
            Self::PreviousTrack => "Show the thread before.",
            Self::Palette => "Find a command by name.",
            Self::Shortcuts => "Every command and its keys.",
            Self::SwitchTheme => "Dark, light, or as the system has it.",
            Self::SwitchColours => "Whose code functions are, or what part of everything they cost themselves.",
            Self::ToggleDetails => "The panel with everything about the selected function.",
            Self::ShowWarnings => "What to know before believing this profile.",
            Self::ScaleUp => "Enlarge text and boxes.",
            Self::ScaleDown => "Shrink text and boxes.",
            Self::ScaleReset => "Text and boxes at their usual size.",
            Self::FocusSelection => "Begin every stack at the selected function and drop stacks without it.",
            Self::HideSelection => "Take the function out of every stack; its time goes to its caller.",
            Self::DropSelection => "Leave out every sample whose stack holds the function.",
            Self::CollapsePackage => {
                "Fold what its package calls within itself into the call that entered the package."
            }
            Self::CollapseModule => "Fold what its module calls within itself into the call that entered the module.",
            Self::CollapseRecursion => "A function that calls itself stands once on a stack.",
            Self::OnlyMine => "Fold packages, the standard library and built-ins into the code that called them.",
            Self::CopySelection => "Put the function's name and place on the clipboard.",
            Self::Highlight => {
                "Put a ring around the selected box or arc, or take it off. Exported pictures have it, too."
            }
            Self::AddNote => "Write a note about the selected box or arc. Exported pictures have it, too.",
            Self::ListAnnotations => "Everything that is highlighted or has a note.",
            Self::RemoveAnnotations => "Take off every highlight and every note.",
            Self::Export => "Save what is shown as a picture, a page, a report, a table or another profile format.",
            Self::CopyPicture => "Put the picture of this view on the clipboard, drawn at twice its size.",
            Self::CopyReview => "Put a summary, the top functions and findings on the clipboard, as Markdown.",
            Self::SaveReview => {
                "Save profiles, view, zoom, selection and transforms as a file that opens as it is now."
            }
            Self::SaveScreen => "Save exactly what is on the screen as PNG.",
            Self::HottestLine => "To the line of the source that cost most.",
            Self::NextHotLine => "To the next hot line of the source.",
            Self::PreviousHotLine => "To the hot line of the source before.",
            Self::OpenInEditor => "Open the line of the source in your editor.",
            Self::View(view) => view.tooltip(),
            Self::Quit => "Close Helioscope.",
        }
    }

    /// Its keys as they are written for the user; empty where it has none.
    pub fn keys(self, ctx: &egui::Context) -> String {
        let written = self.shortcut().map(|s| ctx.format_shortcut(&s)).unwrap_or_default();
        written.replace("Questionmark", "?")
    }

    /// Its keys.
    pub fn shortcut(self) -> Option<KeyboardShortcut> {
        const NONE: Modifiers = Modifiers::NONE;
        const CTRL: Modifiers = Modifiers::COMMAND;
        let (modifiers, key) = match self {
            Self::OpenDialog => (CTRL, Key::O),
            Self::Reload => (CTRL, Key::R),
            Self::ReloadAndCompare => (Modifiers { shift: true, ..CTRL }, Key::R),
            Self::CompareWith => (NONE, Key::C),
            Self::SwapSides => (NONE, Key::X),
            Self::SwitchArrangement => (NONE, Key::V),
            Self::NextNormalization => (NONE, Key::B),
            Self::NextDifference => (NONE, Key::Period),
            Self::PreviousDifference => (NONE, Key::Comma),
            Self::CloseTab => (CTRL, Key::W),
            Self::NextTab => (Modifiers::CTRL, Key::Tab),
            Self::Find => (CTRL, Key::F),
            Self::NextMatch => (NONE, Key::F3),
            Self::PreviousMatch => (Modifiers::SHIFT, Key::F3),
            Self::Back => (Modifiers::ALT, Key::ArrowLeft),
            Self::Forward => (Modifiers::ALT, Key::ArrowRight),
            Self::ResetZoom => (NONE, Key::Home),
            Self::NextTrack => (NONE, Key::N),
            Self::PreviousTrack => (NONE, Key::P),
            Self::Palette => (CTRL, Key::K),
            Self::Shortcuts => (NONE, Key::Questionmark),
            Self::SwitchTheme => (CTRL, Key::T),
            Self::ToggleDetails => (CTRL, Key::D),
            Self::ShowWarnings => (CTRL, Key::I),
            Self::ScaleUp => (CTRL, Key::Plus),
            Self::ScaleDown => (CTRL, Key::Minus),
            Self::ScaleReset => (CTRL, Key::Num0),
            Self::FocusSelection => (NONE, Key::F),
            Self::HideSelection => (NONE, Key::H),
            Self::OnlyMine => (NONE, Key::M),
            Self::CopySelection => (CTRL, Key::C),
            Self::Highlight => (NONE, Key::L),
            Self::AddNote => (NONE, Key::T),
            Self::Export => (CTRL, Key::S),
            Self::SaveReview => (Modifiers { shift: true, ..CTRL }, Key::S),
            Self::CopyPicture => (Modifiers { shift: true, ..CTRL }, Key::C),
            Self::HottestLine => (NONE, Key::G),
            Self::NextHotLine => (NONE, Key::J),
            Self::PreviousHotLine => (NONE, Key::K),
            Self::OpenInEditor => (CTRL, Key::E),
            Self::View(view) => (NONE, view.key()),
            Self::Quit => (CTRL, Key::Q),
            Self::StartPage
            | Self::ListAnnotations
            | Self::RemoveAnnotations
            | Self::CopyReview
            | Self::SaveScreen
            | Self::DropSelection
            | Self::CollapsePackage
            | Self::CollapseModule
            | Self::CollapseRecursion
            | Self::CompareWithEarlier
            | Self::SwitchColours
            | Self::ToggleWatching => return None,
        };
        Some(KeyboardShortcut::new(modifiers, key))
    }

    /// Other keys that do the same, which hands know from browsers.
    pub fn other_shortcut(self) -> Option<KeyboardShortcut> {
        (self == Self::Reload).then(|| KeyboardShortcut::new(Modifiers::NONE, Key::F5))
    }
}

#[cfg(test)]
mod tests {
    use super::Command;
    use std::collections::HashSet;

    #[test]
    fn no_two_commands_share_keys_or_a_label() {
        let all = Command::all();
        let mut keys = HashSet::new();
        let mut labels = HashSet::new();
        for command in all {
            assert!(labels.insert(command.label()), "{}", command.label());
            assert!(command.tooltip().ends_with('.'), "{}", command.label());
            for shortcut in [command.shortcut(), command.other_shortcut()].into_iter().flatten() {
                assert!(keys.insert((shortcut.modifiers, shortcut.logical_key)), "{}", command.label());
            }
        }
    }
}
