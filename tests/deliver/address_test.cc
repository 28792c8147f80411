#include "deliver/address.h"

#include <gtest/gtest.h>

namespace alarum::deliver {
namespace {

TEST(Address, OfMetadataServicesIsForbiddenInEverySpelling) {
  for (const char* ip :
       {"169.254.169.254", "169.254.1.1", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "fe80::1",
        "100.100.100.200", "fd00:ec2::254", "0.0.0.0", "::", "nonsense", "", "::a9fe:a9fe",
        "64:ff9b::a9fe:a9fe", "64:ff9b::169.254.169.254", "2002:a9fe:a9fe::1"})
    EXPECT_TRUE(is_forbidden_address(ip)) << ip;
  for (const char* ip : {"127.0.0.1", "10.0.0.1", "192.168.1.1", "::1", "2001:db8::1",
                         "100.100.100.201", "169.253.0.1", "64:ff9b::8.8.8.8", "2002:808:808::1"})
    EXPECT_FALSE(is_forbidden_address(ip)) << ip;
}

TEST(Address, IsFoundInAUrlHoweverItIsWritten) {
  for (const char* url :
       {"http://169.254.169.254/latest", "http://kim:x@169.254.169.254/", "http://2852039166/",
        "http://0xa9fea9fe/", "http://0251.0376.0251.0376/", "http://[fe80::1]/",
        "http://[::ffff:169.254.169.254]:80/", "https://kim@[fe80::1]:443/x", "http://0/",
        "http://169.254.169.254.?x", "smtp://169.254.1.1:25"})
    EXPECT_TRUE(names_forbidden_address(url)) << url;
  for (const char* url :
       {"http://127.0.0.1:9000/", "https://hooks.example.org/169.254.169.254", "http://[::1]/",
        "https://169.254.169.254@hooks.example.org/", "https://169.254.169.254.example.org/"})
    EXPECT_FALSE(names_forbidden_address(url)) << url;
}

}  // namespace
}  // namespace alarum::deliver
