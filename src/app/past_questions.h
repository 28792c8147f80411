#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "api/routes.h"
#include "base/channel.h"
#include "http/completion.h"
#include "journal/view.h"
#include "tools/story.h"

namespace alarum::app {

/// Questions of the API about the past, which take as long as a replay: one at a time, on a thread
/// of its own, so that neither events nor other questions wait for them. It reads journal
/// and book as a command beside the daemon does.
class PastQuestions {
 public:
  using Done = http::Completion<Result<api::TextAndJson>>;

  /// `journal` outlives it. `book`: the path of its file. `silence` is called on its thread.
  PastQuestions(journal::JournalView& journal, std::string book, tools::FindSilence silence);
  ~PastQuestions() { stop(); }

  /// What story_of() says of an id, or story_at() of an offset. Errors: also `busy` while another
  /// question is answered, and `stopping`. Any thread; does not wait.
  void explain(const api::ExplainQuestion& question, const Done& done);
  /// Ends what is being answered (`stopping`), and waits for the thread. Any thread but its own.
  void stop();

 private:
  struct Question {
    api::ExplainQuestion asked;
    Done done;
  };
  void run();

  journal::JournalView& journal_;
  const std::string book_;
  const tools::FindSilence silence_;
  Channel<Question> questions_{1};
  std::atomic<bool> stopping_ = false;
  std::atomic<bool> busy_ = false;
  std::thread thread_;
};

}  // namespace alarum::app
