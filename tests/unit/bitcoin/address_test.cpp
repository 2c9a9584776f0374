#include "bitcoin/address.hpp"

#include "samples.hpp"

using namespace quorate;
using namespace quorate::bitcoin;

TEST_CASE("address: every kind on every network is read back") {
  for (const Network network : {Network::main, Network::test, Network::regtest}) {
    for (const OutputKind kind : {OutputKind::p2pkh, OutputKind::p2sh, OutputKind::p2wpkh,
                                  OutputKind::p2wsh, OutputKind::p2tr}) {
      const bool is_long = kind == OutputKind::p2wsh || kind == OutputKind::p2tr;
      const Destination destination{kind, Bytes(is_long ? 32 : 20, 0x5a)};
      const std::string text = address_text(network, destination);
      CHECK(parse_address(network, text).value() == destination);
      CHECK(address_text(network, script_of(destination)) == text);
    }
  }
  CHECK_FALSE(address_text(Network::main, op_return_script(Bytes{1})));
}

TEST_CASE("address: golden texts") {
  const Destination key{OutputKind::p2pkh, Bytes(20, 0)};
  CHECK(address_text(Network::main, key) == "1111111111111111111114oLvT2");
  CHECK(address_text(Network::regtest, key) == "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8");
  const Destination witness{OutputKind::p2wpkh, hex("751e76e8199196d454941c45d1b3a323f1433bd6")};
  CHECK(address_text(Network::main, witness) == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4");
  CHECK(address_text(Network::test, witness) == "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx");
  CHECK(address_text(Network::regtest, witness) == "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080");
}

TEST_CASE("address: another network's, an unknown version and wrong lengths are refused by name") {
  CHECK(parse_address(Network::test, "1111111111111111111114oLvT2").code() ==
        Errc::address_bad_version);
  CHECK(parse_address(Network::main, "mfWxJ45yp2SFn7UciZyNpvDKrzbhyfKrY8").code() ==
        Errc::address_bad_version);
  CHECK(parse_address(Network::main, "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx").code() ==
        Errc::address_bad_version);
  // Witness versions without a meaning here, and version 1 with 40 bytes.
  CHECK(parse_address(Network::main, "BC1SW50QGDZ25J").code() == Errc::address_bad_version);
  CHECK(parse_address(Network::main,
                      "bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y")
            .code() == Errc::address_bad_length);
  CHECK(parse_address(Network::main, "").code() == Errc::address_bad_length);
  CHECK(parse_address(Network::main, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5").code() ==
        Errc::address_bad_checksum);
  CHECK(parse_address(Network::main, "0OIl").code() == Errc::address_bad_character);
}
