// A file: one line of JSON a notification, the body of Alertmanager's webhook.
#include <memory>

#include "config/secrets.h"
#include "receivers/kind.h"
#include "receivers/text/version4.h"

namespace alarum::receivers {
namespace {

class File final : public Receiver {
 public:
  explicit File(FieldReader& entry) {
    entry.required_text("path", path_);
    path_ = config::beside(entry.node().place.file, path_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    return {version4(message, setting.external_url) + "\n", {}};
  }

  std::string destination() const override { return path_; }
  const std::string* output() const override { return &path_; }

 private:
  std::string path_;
};

void read_file(FieldReader& entry, Integration& into) {
  into.as = std::make_shared<const File>(entry);
  into.concurrency = 1;
}

}  // namespace

ReceiverKind file_kind() {
  return {"file", {{"file_configs"}}, {{"path"}}, {}, {}, read_file};
}

}  // namespace alarum::receivers
