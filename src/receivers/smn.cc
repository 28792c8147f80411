// Huawei Cloud SMN, publish: subject and text, which the topic's subscribers get by mail, SMS or
// HTTP. A message is at most 256 KB. `url` is the service's endpoint; requests are signed as its
// SDKs do.
#include <memory>

#include "base/sdk_signature.h"
#include "base/url.h"
#include "receivers/chat.h"
#include "receivers/text/json_out.h"

namespace alarum::receivers {
namespace {

class Smn final : public Receiver {
 public:
  explicit Smn(FieldReader& entry) {
    entry.required_text("project_id", project_id_);
    entry.required_text("topic_urn", topic_urn_);
    entry.required_secret("access_key", access_key_);
    entry.required_secret("secret_key", secret_key_);
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto same = [](const std::string& text) { return text; };
    const auto chat = chat_of(message, setting, {escape_plain, same, same, "\n"}, 200 * 1024);
    // A subject that is longer than 512 bytes is refused.
    return {
        dump(Json{{"subject", cut(chat.title, 500)}, {"message", chat.title + "\n" + chat.text}}),
        {}};
  }

  void prepare(Attempt& attempt, const std::string& /*id*/, Time now) const override {
    while (attempt.url.ends_with('/')) attempt.url.pop_back();
    const Url url(attempt.url);
    SdkRequest request{"POST", url.authority, url.rest, {}, sdk_date(now), attempt.body};
    const auto publish = "/v2/" + project_id_ + "/notifications/topics/" + topic_urn_ + "/publish";
    request.path += publish;
    attempt.url += publish;
    attempt.headers.push_back("X-Sdk-Date: " + request.date);
    attempt.headers.push_back("X-Project-Id: " + project_id_);
    attempt.headers.push_back(
        "Authorization: " + sdk_authorization(request, access_key_.reveal(), secret_key_.reveal()));
  }

  std::vector<std::string> secrets() const override {
    return {access_key_.reveal(), secret_key_.reveal()};
  }
  std::string destination() const override { return project_id_ + '\n' + topic_urn_; }

 private:
  std::string project_id_, topic_urn_;
  config::Secret access_key_, secret_key_;
};

void read_smn(FieldReader& entry, Integration& into) {
  entry.url("url", into.url);
  into.as = std::make_shared<const Smn>(entry);
  read_http(entry, into.http);
  entry.words(into.words);
}

}  // namespace

ReceiverKind smn_kind() {
  return {"smn",
          {{"smn_configs"}},
          {{"url", Form::url},
           {"http_config", Form::transport, Type::mapping},
           {"project_id"},
           {"topic_urn"},
           {"access_key", Form::secret},
           {"secret_key", Form::secret},
           {"title", Form::nullable},
           {"text", Form::nullable},
           {"language", Form::value, Type::language}},
          {},
          {},
          read_smn};
}

}  // namespace alarum::receivers
