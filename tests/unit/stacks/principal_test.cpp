#include "stacks/principal.hpp"

#include <doctest/doctest.h>

using namespace quorate;
using namespace quorate::stacks;

namespace {

const Address boot = boot_address(Network::testnet);

}  // namespace

TEST_CASE("principal: standard and contract have one golden encoding and decode to themselves") {
  const Principal contract{boot, "pox-5"};
  CHECK(to_hex(encode_principal(boot)) == "051a0000000000000000000000000000000000000000");
  CHECK(to_hex(encode_principal(contract)) ==
        "061a000000000000000000000000000000000000000005706f782d35");
  CHECK(decode_principal(encode_principal(boot)).value() == Principal{boot});
  CHECK(decode_principal(encode_principal(contract)).value() == contract);
}

TEST_CASE("principal: truncations, trailing bytes and wrong tags, versions and names are refused") {
  const Bytes good = encode_principal({boot, "pox-5"});
  for (std::size_t n = 0; n < good.size(); ++n) {
    CHECK(decode_principal(ByteView{good}.first(n)).code() == Errc::truncated);
  }
  Bytes bad = good;
  bad.push_back('x');
  CHECK(decode_principal(bad).code() == Errc::trailing_bytes);
  bad = good;
  bad[0] = 0x07;
  CHECK(decode_principal(bad).code() == Errc::bad_principal);
  bad = good;
  bad[1] = 31;
  CHECK(decode_principal(bad).ok());
  bad[1] = 32;
  CHECK(decode_principal(bad).code() == Errc::bad_address_version);
  bad = good;
  bad[23] = '-';
  CHECK(decode_principal(bad).code() == Errc::bad_contract_name);
  bad = good;
  bad[22] = 0;
  bad.resize(23);
  CHECK(decode_principal(bad).code() == Errc::bad_contract_name);
}

TEST_CASE("principal: text is the address, then a dot and the name of a contract") {
  CHECK(to_text(Principal{boot}) == "ST000000000000000000002AMW42H");
  CHECK(to_text(Principal{boot, "pox-5"}) == "ST000000000000000000002AMW42H.pox-5");
  CHECK(to_text(Principal{boot_address(Network::mainnet)}) == "SP000000000000000000002Q6VF78");
  CHECK(parse_principal("ST000000000000000000002AMW42H.pox-5").value() == Principal{boot, "pox-5"});
  CHECK(parse_principal("ST000000000000000000002AMW42H").value() == Principal{boot});
  CHECK(parse_principal("ST000000000000000000002AMW42H.").code() == Errc::bad_contract_name);
  CHECK(parse_principal("ST000000000000000000002AMW42H.5").code() == Errc::bad_contract_name);
  CHECK(parse_principal(".pox-5").code() == Errc::bad_address);
}

TEST_CASE("principal: contract names have 1 to 128 characters and begin with a letter") {
  CHECK(is_contract_name("a"));
  CHECK(is_contract_name("A-b_9"));
  CHECK(is_contract_name(std::string(128, 'a')));
  CHECK_FALSE(is_contract_name(std::string(129, 'a')));
  CHECK_FALSE(is_contract_name(""));
  CHECK_FALSE(is_contract_name("_a"));
  CHECK_FALSE(is_contract_name("a.b"));
}

TEST_CASE("principal: an address belongs to the network of its version") {
  const Hash160 hash{};
  CHECK(belongs_to(single_key_address(hash, Network::mainnet), Network::mainnet));
  CHECK(belongs_to(script_address(hash, Network::testnet), Network::testnet));
  CHECK_FALSE(belongs_to(single_key_address(hash, Network::mainnet), Network::testnet));
  CHECK_FALSE(belongs_to(script_address(hash, Network::testnet), Network::mainnet));
  CHECK_FALSE(belongs_to(Address{0, hash}, Network::mainnet));
}
