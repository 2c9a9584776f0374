#include "runtime/cli/slot_command.hpp"

#include <cstdio>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "runtime/config/chunk_key.hpp"
#include "runtime/frost/files.hpp"
#include "runtime/frost/passphrase.hpp"
#include "runtime/http/slot_client.hpp"

namespace quorate::cli {

namespace {

using consensus::ChunkSlot;
using Json = nlohmann::ordered_json;

Exit complain(std::string_view command, const Error& error) {
  fmt::print(stderr, "quorate {}: {}\n", command, error.message());
  switch (error.code) {
    case Errc::bad_option:
    case Errc::address_malformed:
      return Exit::usage;
    case Errc::cannot_read_file:
    case Errc::cannot_write_file:
    case Errc::document_malformed:
    case Errc::passphrase_missing:
    case Errc::passphrase_wrong:
    case Errc::file_exists:
    case Errc::file_in_use:
      return Exit::refused_input;
    default:
      return Exit::failed;
  }
}

std::string array_target(const SlotOptions& options, std::string_view rest = "") {
  std::string out = fmt::format("/v1/stackerdbs/{}{}", options.contract, rest);
  if (options.generation) out += fmt::format("?generation={}", *options.generation);
  return out;
}

Result<Json> ask(http::SlotClient& client, const std::string& target) {
  TRY_ASSIGN(const std::string text, client.document(target));
  Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return Error{Errc::http_answer_malformed, target};
  return document;
}

Result<> get(const SlotOptions& options, const network::Address& node) {
  http::SlotClient client{node};
  TRY_ASSIGN(const auto held,
             client.read(options.contract, options.generation, ChunkSlot{options.slot}));
  const std::string content(held.content.begin(), held.content.end());
  if (!options.out.empty()) TRY(frost::replace_file(options.out, content, frost::Privacy::open));
  if (options.json) {
    const Json out{{"slot", options.slot},
                   {"version", held.version.value},
                   {"owner", held.owner},
                   {"chunk", to_hex(ByteView{held.content})}};
    fmt::print("{}\n", out.dump());
  } else if (options.out.empty()) {
    std::fwrite(content.data(), 1, content.size(), stdout);
  }
  return done();
}

Result<> put(const SlotOptions& options, const network::Address& node) {
  TRY_ASSIGN(const crypto::SecretKey key, config::read_chunk_key(options.key, [&] {
               return frost::read_passphrase(options.passphrase_file,
                                             "Passphrase of " + options.key + ": ");
             }));
  std::string content;
  if (options.text) {
    content = *options.text;
  } else {
    TRY_ASSIGN(content, frost::read_file(options.file));
  }
  http::VersionMemory memory{options.versions.empty() ? options.key + ".versions"
                                                      : options.versions};
  http::SlotClient client{node};
  const ChunkSlot slot{options.slot};
  TRY_ASSIGN(const ChunkVersion version, client.put(options.contract, options.generation, slot,
                                                    to_bytes(as_bytes(content)), key, memory));
  if (options.json) {
    fmt::print("{}\n",
               Json{{"accepted", true}, {"slot", options.slot}, {"version", version.value}}.dump());
  } else {
    fmt::print("slot {} holds version {} now\n", options.slot, version.value);
  }
  return done();
}

void print_arrays(const Json& document) {
  for (const Json& array : document.value("stackerdbs", Json::array())) {
    fmt::print("{:<48} generation {:>6}{}  {} of {} slots written, {} bytes\n",
               array.value("contract", ""), array.value("generation", std::uint64_t{}),
               array.value("current", false) ? " (current)" : "",
               array.value("written", std::uint64_t{}), array.value("slots", std::uint64_t{}),
               array.value("bytes", std::uint64_t{}));
  }
}

void print_slots(const Json& document) {
  fmt::print("{:>6} {:>10} {:>9} {:<14} {}\n", "slot", "version", "bytes", "hash", "owner");
  for (const Json& slot : document.value("slot", Json::array())) {
    if (slot.value("version", std::uint64_t{}) == 0) continue;
    fmt::print("{:>6} {:>10} {:>9} {:<14} {}\n", slot.value("slot", std::uint64_t{}),
               slot.value("version", std::uint64_t{}), slot.value("bytes", std::uint64_t{}),
               slot.value("hash", "").substr(0, 12), slot.value("owner", ""));
  }
}

Result<> list(const SlotOptions& options, const network::Address& node) {
  http::SlotClient client{node};
  const bool is_all = options.contract.empty();
  TRY_ASSIGN(const Json document,
             ask(client, is_all ? std::string{"/v1/stackerdbs"} : array_target(options)));
  if (options.json) {
    fmt::print("{}\n", document.dump());
  } else if (is_all) {
    print_arrays(document);
  } else {
    print_slots(document);
  }
  return done();
}

Result<> watch(const SlotOptions& options, const network::Address& node) {
  http::Client client{node};
  std::uint64_t seen = 0;
  const std::string filter = options.contract.empty() ? "" : "?contract=" + options.contract;
  return client.watch("/v1/events" + filter, [&](std::string_view text) {
    const Json event = Json::parse(text, nullptr, false);
    if (options.json || !event.is_object()) {
      fmt::print("{}\n", text);
    } else {
      fmt::print("{} slot {} version {} ({} bytes, {})\n", event.value("contract", ""),
                 event.value("slot", std::uint64_t{}), event.value("version", std::uint64_t{}),
                 event.value("bytes", std::uint64_t{}), event.value("hash", "").substr(0, 12));
    }
    std::fflush(stdout);
    return ++seen != options.count;
  });
}

/// @returns whether the replicas are equal.
Result<bool> diff(const SlotOptions& options, const network::Address& node) {
  TRY_ASSIGN(const network::Address other, network::parse_address(options.with));
  http::SlotClient one{node};
  http::SlotClient two{other};
  TRY_ASSIGN(const Json left, ask(one, array_target(options)));
  TRY_ASSIGN(const Json right, ask(two, array_target(options)));
  Json out{{"equal", true}, {"slots", Json::array()}};
  if (left.value("set", "") != right.value("set", "")) {
    out["equal"] = false;
    out["reason"] = "the nodes mean different arrays: generation or owners differ";
  } else {
    const Json here = left.value("slot", Json::array());
    const Json there = right.value("slot", Json::array());
    for (std::size_t i = 0; i < std::min(here.size(), there.size()); ++i) {
      const bool is_same = here[i].value("version", 0ull) == there[i].value("version", 0ull) &&
                           here[i].value("hash", "") == there[i].value("hash", "") &&
                           here[i].value("signature", "") == there[i].value("signature", "");
      if (is_same) continue;
      out["equal"] = false;
      out["slots"].push_back({{"slot", i},
                              {"version", here[i].value("version", 0ull)},
                              {"other_version", there[i].value("version", 0ull)}});
    }
  }
  const bool is_equal = out["equal"].get<bool>();
  if (options.json) {
    fmt::print("{}\n", out.dump());
  } else if (is_equal) {
    fmt::print("equal\n");
  } else {
    if (out.contains("reason")) fmt::print("{}\n", out["reason"].get<std::string>());
    for (const Json& slot : out["slots"]) {
      fmt::print("slot {}: version {} here, {} there\n", slot["slot"].get<std::uint64_t>(),
                 slot["version"].get<std::uint64_t>(), slot["other_version"].get<std::uint64_t>());
    }
  }
  return is_equal;
}

Result<> evidence(const SlotOptions& options, const network::Address& node) {
  http::SlotClient client{node};
  std::string target = array_target(options, "/evidence");
  if (options.has_slot) {
    target += fmt::format("{}slot={}", options.generation ? "&" : "?", options.slot);
  }
  TRY_ASSIGN(const Json document, ask(client, target));
  if (options.json) {
    fmt::print("{}\n", document.dump());
    return done();
  }
  for (const Json& one : document.value("evidence", Json::array())) {
    fmt::print("slot {} version {}: {} signed two contents\n", one.value("slot", std::uint64_t{}),
               one.value("version", std::uint64_t{}), one.value("owner", ""));
  }
  return done();
}

Result<> keygen(const SlotOptions& options) {
  TRY_ASSIGN(const auto passphrase, frost::read_passphrase(options.passphrase_file,
                                                           "Passphrase for " + options.out + ": "));
  TRY_ASSIGN(const auto key, config::create_chunk_key(options.out, passphrase.view(),
                                                      frost::PassphraseCost::interactive));
  if (options.json) {
    fmt::print("{}\n", Json{{"key", to_hex(key)}, {"file", options.out}}.dump());
  } else {
    fmt::print("{}\n", to_hex(key));
  }
  return done();
}

Result<> run(SlotVerb verb, const SlotOptions& options, const network::Address& node) {
  switch (verb) {
    case SlotVerb::get:
      return get(options, node);
    case SlotVerb::put:
      return put(options, node);
    case SlotVerb::list:
      return list(options, node);
    case SlotVerb::watch:
      return watch(options, node);
    case SlotVerb::evidence:
      return evidence(options, node);
    default:
      return keygen(options);
  }
}

}  // namespace

Exit run_slot(SlotVerb verb, const SlotOptions& options) {
  constexpr std::array<std::string_view, 7> names{
      "slot get", "slot put", "slot list", "slot watch", "slot diff", "slot evidence", "keygen"};
  const std::string_view name = names[static_cast<std::size_t>(verb)];
  const auto node = network::parse_address(options.node);
  if (!node.ok()) return complain(name, node.error());
  if (verb == SlotVerb::diff) {
    const auto is_equal = diff(options, *node);
    if (!is_equal.ok()) return complain(name, is_equal.error());
    return *is_equal ? Exit::held : Exit::failed;
  }
  const auto result = run(verb, options, *node);
  return result.ok() ? Exit::held : complain(name, result.error());
}

}  // namespace quorate::cli
