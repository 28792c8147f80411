#pragma once
#include <functional>
#include <optional>
#include <string>

#include "engine/engine.h"
#include "journal/view.h"
#include "model/event.h"
#include "model/silence.h"
#include "tools/past.h"

namespace alarum::tools {

/// The silence of that id as it is now; nullopt if nobody knows it any more. May wait, for no
/// longer than a person does.
using FindSilence = std::function<std::optional<model::Silence>(const std::string& id)>;

/// Where the past stands.
struct StorySources {
  journal::JournalView& journal;
  engine::FindGeneration generations;
  FindHash hashes;
  std::string book;  ///< path of the book's file; what stands there may be missing
  FindSilence silence;
};

/// Silences by the records of a journal, for where no engine has them. The first question reads the
/// whole journal; `journal` outlives the result.
FindSilence silences_in(journal::JournalView& journal);

/// What `alarum explain ID` says, for people and for programs.
struct Story {
  std::string text, json;
};

/// What each rule made of the event of that id, or of the event that opened the alert of that id,
/// what came of it, and who was notified: the engine is stepped over the journal again, from the
/// newest checkpoint that can be used. `all`: also the rules of which nothing fits. Errors:
/// `not_found`; those of the journal and of the generations.
Result<Story> story_of(const StorySources& past, const std::string& id, bool all);

/// The same of the event at that offset of the journal, which is quicker than to look for an id.
Result<Story> story_at(const StorySources& past, model::Offset offset, bool all);

/// `event e2 of SYS.BMS: hot, subject s2`
std::string event_text(const model::Event& event);

}  // namespace alarum::tools
