#include "base/csv.h"

#include <gtest/gtest.h>

namespace alarum {
namespace {

std::string read(const std::string& text) {
  Diagnostics out;
  const auto rows = parse_csv(text, "t.csv", out);
  if (!rows) return out.text();
  std::string shown;
  for (const auto& row : *rows) {
    shown += std::to_string(row.line) + ":";
    for (const auto& field : row.fields) shown += "<" + field + ">";
  }
  return shown;
}

TEST(Csv, ReadsFieldsAndLines) {
  EXPECT_EQ(read("a,b\r\n1,2\n\n,\n x ,y"), "1:<a><b>2:<1><2>4:<><>5:< x ><y>");
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a\n"),
            "1:<a>");
  EXPECT_EQ(read(""), "");
}

TEST(Csv, ReadsQuotedFields) {
  EXPECT_EQ(read("\"a,\"\"b\"\"\",\"two\nlines\"\n\"\",x\n"), "1:<a,\"b\"><two\nlines>3:<><x>");
}

TEST(Csv, RefusesBrokenQuotes) {
  EXPECT_EQ(read("a\nx,\"b\nc"),
            "t.csv:2:3: error: the quote that opens this field is not closed\n");
  EXPECT_EQ(read("a,b\"c\n"),
            "t.csv:1:4: error: a quote inside of a field: put the whole field in quotes and write "
            "\"\" for the quote\n");
  EXPECT_EQ(read("\"a\"b\n"),
            "t.csv:1:4: error: after the closing quote of a field only \",\" or the end of the "
            "line may stand\n");
  EXPECT_EQ(read("a\n\xC0"), "t.csv:2:1: error: byte 0xC0 is not valid UTF-8\n");
}

}  // namespace
}  // namespace alarum
