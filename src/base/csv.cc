#include "base/csv.h"

#include "base/utf8.h"

namespace alarum {
namespace {

class CsvReader {
 public:
  CsvReader(std::string_view text, const std::string& file, Diagnostics& out)
      : text_(text), file_(file), out_(out) {}

  bool read(const std::function<bool(const CsvRow&)>& take) {
    CsvRow row;
    while (at_ < text_.size()) {
      if (end_of_line()) continue;
      row.line = line_;
      fields_ = 0;
      if (!record(row)) return false;
      row.fields.resize(fields_);
      if (!take(row)) return true;
    }
    return true;
  }

 private:
  bool record(CsvRow& row) {
    while (true) {
      if (fields_ == row.fields.size()) row.fields.emplace_back();
      auto& field = row.fields[fields_++];
      field.clear();
      if (!(next_is('"') ? quoted(field) : bare(field))) return false;
      if (at_ == text_.size() || end_of_line()) return true;
      if (!next_is(','))
        return fault(
            "after the closing quote of a field only \",\" or the end of the line may stand");
      ++at_;
    }
  }

  bool bare(std::string& field) {
    const auto start = at_;
    while (at_ < text_.size() && text_[at_] != ',' && !line_break()) {
      if (text_[at_] == '"')
        return fault(
            "a quote inside of a field: put the whole field in quotes and write \"\" for the "
            "quote");
      ++at_;
    }
    field = text_.substr(start, at_ - start);
    return true;
  }

  bool quoted(std::string& field) {
    const auto line = line_;
    const auto column = column_of(at_);
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') {
        ++at_;
        if (!next_is('"')) return true;
      }
      if (text_[at_] == '\n') new_line(at_ + 1);
      field += text_[at_];
    }
    out_.error({file_, line, column}, "the quote that opens this field is not closed");
    return false;
  }

  bool next_is(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool line_break() const { return text_[at_] == '\n' || text_.substr(at_).starts_with("\r\n"); }

  bool end_of_line() {
    if (at_ == text_.size() || !line_break()) return false;
    at_ += text_[at_] == '\r' ? 2 : 1;
    new_line(at_);
    return true;
  }

  void new_line(std::size_t start) {
    ++line_;
    line_start_ = start;
  }

  int column_of(std::size_t at) const { return static_cast<int>(at - line_start_) + 1; }

  bool fault(const char* message) {
    out_.error({file_, line_, column_of(at_)}, message);
    return false;
  }

  std::string_view text_;
  const std::string& file_;
  Diagnostics& out_;
  std::size_t at_ = 0, line_start_ = 0;
  std::size_t fields_ = 0;  // of the current record; the strings of the row are reused
  int line_ = 1;
};

}  // namespace

bool read_csv(std::string_view text, const std::string& file, Diagnostics& out,
              const std::function<bool(const CsvRow&)>& take) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return check_utf8(text, file, out) && CsvReader(text, file, out).read(take);
}

std::optional<std::vector<CsvRow>> parse_csv(std::string_view text, const std::string& file,
                                             Diagnostics& out) {
  std::vector<CsvRow> rows;
  const bool good =
      read_csv(text, file, out, [&](const CsvRow& row) { return rows.push_back(row), true; });
  return good ? std::optional(std::move(rows)) : std::nullopt;
}

}  // namespace alarum
