// AWS SNS, Publish: a subject and a text of at most 256 KiB for a topic, a phone or an endpoint. A
// request is a form, signed at the moment of an attempt (Signature Version 4).
#include <fmt/format.h>

#include <memory>

#include "base/percent.h"
#include "base/url.h"
#include "receivers/chat.h"
#include "receivers/signing.h"
#include "receivers/text/names.h"

namespace alarum::receivers {
namespace {

constexpr std::string_view kSnsForm = "application/x-www-form-urlencoded; charset=utf-8";

class Sns final : public Receiver {
 public:
  explicit Sns(FieldReader& entry) {
    entry.required_secret("access_key", access_key_);
    entry.required_secret("secret_key", secret_key_);
    read_target(entry);
    entry.plain_text("region", region_);
    if (region_.empty()) region_ = part_of(target_, 3);
    if (region_.empty())
      entry.fault(entry.node(), entry.where() + " has no \"region\", and no ARN says one");
    read_attributes(entry);
  }

  std::string endpoint() const {
    const bool china = region_.starts_with("cn-");
    return fmt::format("https://sns.{}.amazonaws.com{}", region_, china ? ".cn" : "");
  }

  model::Content compose(const model::Message& message, const Setting& setting) const override {
    const auto chat = chat_of(message, setting, plain_markup(), kText);
    auto form = "Action=Publish&Version=2010-03-31&" + target_key_ + '=' + percent_encode(target_);
    if (target_key_ != "PhoneNumber") form += "&Subject=" + percent_encode(subject_of(chat.title));
    form += "&Message=" + percent_encode(chat.title + '\n' + chat.text);
    for (std::size_t i = 0; i < attributes_.size(); ++i)
      form += fmt::format(
          "&MessageAttributes.entry.{0}.Name={1}&MessageAttributes.entry.{0}.Value.DataType=String"
          "&MessageAttributes.entry.{0}.Value.StringValue={2}",
          i + 1, percent_encode(attributes_[i].first), percent_encode(attributes_[i].second));
    if (is_fifo()) form += "&MessageGroupId=" + incident_key(message);
    return {std::move(form), fmt::format("Content-Type: {}\n", kSnsForm)};
  }

  // A topic of the FIFO kind takes a message once, however often it is sent.
  void prepare(Attempt& attempt, const std::string& id, Time now) const override {
    if (is_fifo()) attempt.body += "&MessageDeduplicationId=" + percent_encode(id);
    attempt.url = without_slashes(std::move(attempt.url)) + '/';
    const Url url(attempt.url);
    const AwsRequest request{"POST",  url.authority, url.rest,     "", std::string(kSnsForm),
                             region_, "sns",         attempt.body, now};
    attempt.headers.push_back("X-Amz-Date: " + aws_date(now));
    attempt.headers.push_back(
        "Authorization: " + aws_authorization(request, access_key_.reveal(), secret_key_.reveal()));
  }

  Verdict judge_success(const Answer& answer) const override {
    if (answer.body.find("<MessageId>") != std::string_view::npos)
      return {Verdict::Kind::delivered, std::to_string(answer.status), {}};
    return verdict_of_failure("a 200 without MessageId");
  }

  // A request that came too often may be answered 400.
  Verdict judge_refusal(const Answer& answer, Verdict plain) const override {
    const auto code = answer.body.find("<Code>");
    const auto word = answer.body.find("Throttl");
    if (code == std::string_view::npos || word == std::string_view::npos || word < code)
      return plain;
    return {Verdict::Kind::retry, plain.detail, plain.retry_after, true};
  }

  std::vector<std::string> secrets() const override {
    return {access_key_.reveal(), secret_key_.reveal()};
  }
  std::string destination() const override { return target_; }

 private:
  // Of 256 KiB, with room for the subject and the attributes.
  static constexpr std::size_t kText = 240 * 1024, kSubject = 99, kAttributes = 10;

  bool is_fifo() const { return target_.ends_with(".fifo"); }

  // `arn:aws:sns:REGION:ACCOUNT:NAME`
  static std::string part_of(std::string_view arn, int number) {
    for (; number > 0; --number) {
      const auto colon = arn.find(':');
      if (colon == std::string_view::npos) return {};
      arn.remove_prefix(colon + 1);
    }
    return std::string(arn.substr(0, arn.find(':')));
  }

  // ASCII without control characters, fewer than 100, no blank at its beginning.
  static std::string subject_of(const std::string& title) {
    std::string subject;
    for (const char c : title) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x80) subject += byte < 0x20 || byte == 0x7F ? ' ' : c;
      if (byte >= 0xC0) subject += '?';
    }
    subject.erase(0, subject.find_first_not_of(' '));
    return cut(subject.empty() ? "Alarum" : subject, kSubject, "...");
  }

  void read_target(FieldReader& entry) {
    int count = 0;
    for (const auto& [key, name] :
         {std::pair{"topic_arn", "TopicArn"}, std::pair{"target_arn", "TargetArn"},
          std::pair{"phone_number", "PhoneNumber"}}) {
      if (!entry.find(key)) continue;
      entry.required_text(key, target_);
      entry.plain_text(key, target_);
      target_key_ = name, ++count;
      if (std::string_view(name) != "PhoneNumber" && !target_.starts_with("arn:"))
        entry.fault(*entry.find(key), "\"" + std::string(key) + "\" must begin with arn:");
    }
    if (count != 1)
      entry.fault(entry.node(), entry.where() +
                                    " needs one of \"topic_arn\", \"target_arn\" and "
                                    "\"phone_number\"");
  }

  void read_attributes(FieldReader& entry) {
    const auto* node = entry.find("attributes");
    if (!node) return;
    if (!node->is(Node::Kind::mapping) || node->members.size() > kAttributes)
      return entry.fault(*node, "\"attributes\" must be a mapping of at most 10 names to texts");
    for (const auto& [key, value] : node->members) {
      if (const auto text = read_string(value, key.text, entry.out()))
        attributes_.emplace_back(key.text, *text);
    }
  }

  config::Secret access_key_, secret_key_;
  std::string target_key_, target_, region_;
  std::vector<std::pair<std::string, std::string>> attributes_;
};

void read_sns(FieldReader& entry, Integration& into) {
  const auto sns = std::make_shared<const Sns>(entry);
  into.url = config::Secret(sns->endpoint());
  if (entry.find("api_url") || entry.find("api_url_file")) entry.url("api_url", into.url);
  read_http(entry, into.http);
  into.http.authorization = {};  // the signature is what is sent
  entry.words(into.words);
  into.as = sns;
}

}  // namespace

ReceiverKind sns_kind() {
  return {
      "sns",
      {{"sns_configs", true}},
      {{"access_key", Form::secret},
       {"secret_key", Form::secret},
       {"region"},
       {"topic_arn", Form::nullable},
       {"target_arn", Form::nullable},
       {"phone_number", Form::nullable},
       {"api_url", Form::url},
       {"http_config", Form::transport, Type::mapping},
       {"attributes", Form::nullable, Type::mapping},
       {"title"},
       {"text"},
       {"language", Form::value, Type::language}},
      {"sigv4", "subject", "message"},
      {},
      read_sns,
      config::ReceiverKind::Import{
          true, {"access_key", "secret_key"}, false, {{"subject", "title"}, {"message", "text"}}}};
}

}  // namespace alarum::receivers
