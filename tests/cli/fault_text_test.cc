#include <gtest/gtest.h>

#include "cli/api_client.h"

namespace alarum::cli::fault_text_test {
namespace {

ClientSettings settings(const std::string& token = "") {
  return {"http://a:1", "ALARUM_URL", token, "ALARUM_TOKEN", ""};
}

std::string fault(long status, const std::string& body, const std::string& token = "") {
  HttpClient::Answer answer;
  answer.status = status, answer.body = body;
  return fault_text(answer, settings(token));
}

TEST(FaultText, AGoodAnswerHasNone) {
  EXPECT_EQ(fault(200, ""), "");
  EXPECT_EQ(fault(204, ""), "");
}

TEST(FaultText, AMissingCredentialSaysWhatToSet) {
  EXPECT_EQ(fault(401, "{}"),
            "http://a:1 asks for a credential: set ALARUM_TOKEN to a token of the config's "
            "auth.admin, or ALARUM_TOKEN_FILE to a file with one");
  EXPECT_EQ(fault(401, "{}", "x"),
            "http://a:1 does not take the token of ALARUM_TOKEN: is it one of the config's "
            "auth.admin?");
}

TEST(FaultText, TheDaemonsWordsAreTaken) {
  EXPECT_EQ(fault(404, R"({"error":"not_found","message":"no alert of that id fires"})"),
            "the daemon refused it (404): no alert of that id fires");
  EXPECT_EQ(fault(400, R"("bad matcher")"), "the daemon refused it (400): bad matcher");
  EXPECT_EQ(fault(503, R"({"error":"busy","message":"it is busy"})"),
            "the daemon cannot do it now: it is busy; try again");
}

TEST(FaultText, AnAnswerOfAnotherProgramIsKnown) {
  EXPECT_EQ(fault(502, "<html>\nbad gateway"),
            "http://a:1 answered 502, and not as Alarum does (<html>): ALARUM_URL says where it "
            "is");
}

}  // namespace
}  // namespace alarum::cli::fault_text_test
