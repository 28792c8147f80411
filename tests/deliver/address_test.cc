#include "deliver/address.h"

#include <gtest/gtest.h>

namespace alarum::deliver {
namespace {

TEST(Address, OfMetadataServicesIsForbiddenInEverySpelling) {
  for (const char* ip :
       {"169.254.169.254", "169.254.1.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1",
        "100.100.100.200", "fd00:ec2::254", "0.0.0.0", "::", "nonsense", ""})
    EXPECT_TRUE(is_forbidden_address(ip)) << ip;
  for (const char* ip : {"127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "2001:db8::1",
                         "100.100.100.201", "169.253.0.1"})
    EXPECT_FALSE(is_forbidden_address(ip)) << ip;
}

}  // namespace
}  // namespace alarum::deliver
