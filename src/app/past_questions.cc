#include "app/past_questions.h"

#include "app/recovery.h"
#include "base/thread_name.h"
#include "engine/guarded.h"

namespace alarum::app {
namespace {

// A reader that ends where somebody stops.
class StoppableReader final : public journal::RecordReader {
 public:
  StoppableReader(std::unique_ptr<RecordReader> reader, const std::atomic<bool>& stopping)
      : reader_(std::move(reader)), stopping_(stopping) {}

  Result<std::vector<model::Record>> next() override {
    if (stopping_) return fail("stopping", "the daemon is stopping");
    return reader_->next();
  }
  const std::vector<journal::Unreadable>& damage() const override { return reader_->damage(); }
  const journal::Totals& totals() const override { return reader_->totals(); }

 private:
  const std::unique_ptr<RecordReader> reader_;
  const std::atomic<bool>& stopping_;
};

class StoppableView final : public journal::JournalView {
 public:
  StoppableView(JournalView& view, const std::atomic<bool>& stopping)
      : view_(view), stopping_(stopping) {}

  const std::string& place() const override { return view_.place(); }
  Result<model::Offset> first_offset() override { return view_.first_offset(); }
  Result<std::unique_ptr<journal::RecordReader>> read(model::Offset from) override {
    auto reader = view_.read(from);
    if (!reader) return std::unexpected(reader.error());
    return std::make_unique<StoppableReader>(std::move(*reader), stopping_);
  }
  Result<std::string> load_generation(const std::string& hash) override {
    return view_.load_generation(hash);
  }
  Result<std::string> load_attached(const std::string& hash) override {
    return view_.load_attached(hash);
  }
  Result<std::string> find_generation(model::GenerationId id) override {
    return view_.find_generation(id);
  }
  std::optional<journal::Checkpoint> load_checkpoint(model::Offset bound,
                                                     std::vector<std::string>& damaged) override {
    return view_.load_checkpoint(bound, damaged);
  }
  std::optional<model::Offset> oldest_checkpoint() override { return view_.oldest_checkpoint(); }

 private:
  JournalView& view_;
  const std::atomic<bool>& stopping_;
};

}  // namespace

PastQuestions::PastQuestions(journal::JournalView& journal, std::string book,
                             tools::FindSilence silence)
    : journal_(journal), book_(std::move(book)), silence_(std::move(silence)) {
  thread_ = std::thread([this] {
    name_thread("past");
    run();
  });
}

void PastQuestions::explain(const api::ExplainQuestion& question, const Done& done) {
  if (stopping_) return done.complete(fail("stopping", "the daemon is stopping"));
  if (busy_.exchange(true))
    return done.complete(
        fail("busy", "another question about the past is being answered: ask again later"));
  if (!questions_.push_over_bound({question, done}))
    done.complete(fail("stopping", "the daemon is stopping"));
}

void PastQuestions::stop() {
  stopping_ = true;
  questions_.close();
  if (thread_.joinable()) thread_.join();
}

void PastQuestions::run() {
  while (auto questions = questions_.take_all(std::chrono::hours(1))) {
    for (const auto& [asked, done] : *questions) {
      StoppableView view(journal_, stopping_);
      const auto hashes = [&view](model::GenerationId one) { return view.find_generation(one); };
      const tools::StorySources past{view, stored_generations(view, nullptr), hashes, book_,
                                     silence_};
      Result<tools::Story> story;
      const auto answered = engine::caught([&]() -> Result<void> {
        story = asked.offset ? tools::story_at(past, *asked.offset, asked.all)
                             : tools::story_of(past, asked.id, asked.all);
        return {};
      });
      if (!answered) story = std::unexpected(answered.error());
      busy_ = false;
      if (story)
        done.complete(api::TextAndJson{std::move(story->text), std::move(story->json)});
      else
        done.complete(std::unexpected(story.error()));
    }
  }
}

}  // namespace alarum::app
