#include "runtime/config/node_config.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "stacks/principal.hpp"

namespace quorate::config {

namespace {

/// With the two boot contracts, as many as a handshake lists.
constexpr std::size_t max_own_dbs = 254;

void read_roles(ConfigReader& reader, NodeFile& file) {
  std::vector<std::string> roles;
  reader.texts("roles", roles);
  for (const std::string& role : roles) {
    if (role == "producer") {
      file.is_producer = true;
    } else if (role == "stacker") {
      file.is_stacker = true;
    } else if (role == "replica") {
      file.is_replica = true;
    } else {
      reader.fail("roles", "'" + role + "' is none; there are producer, stacker and replica");
    }
  }
  if (file.is_replica && (file.is_producer || file.is_stacker)) {
    reader.fail("roles", "replica means: no other role; every node replicates");
  }
}

/// "KEY:SLOTS", as often as there are owners.
void read_owner(ConfigReader& table, const std::string& text, consensus::OwnDb& db) {
  const std::size_t colon = text.find(':');
  const auto key = fixed_from_hex<crypto::PublicKey>(text.substr(0, colon));
  std::uint32_t slots = 0;
  const char* begin = text.data() + std::min(colon + 1, text.size());
  const char* end = text.data() + text.size();
  const auto [at, failed] = std::from_chars(begin, end, slots);
  const bool has_slots = colon != std::string::npos && failed == std::errc{} && at == end;
  if (!key.ok() || !crypto::is_valid(*key) || !has_slots || slots == 0 ||
      slots > consensus::max_own_slots) {
    table.fail("owners", "'" + text + "': write a compressed public key (66 hexadecimal digits), "
                                      "a colon and a number of slots");
    return;
  }
  db.owners.push_back({*key, slots});
}

void read_db(ConfigReader& table, NodeFile& file) {
  consensus::OwnDb db;
  std::string digest = "bound";
  std::vector<std::string> owners;
  table.text("contract", db.contract.text);
  const auto name = stacks::parse_principal(db.contract.text);
  if (!name.ok() || !name->is_contract() || stacks::to_text(*name) != db.contract.text) {
    table.fail("contract", "must be a contract, as in "
                           "ST000000000000000000002AMW42H.notes");
  } else if (name->contract == "block-producers" || name->contract == "pox-5") {
    table.fail("contract", "this name is one of the two that every node hosts");
  }
  table.number("generation", db.generation, 0, INT64_MAX);
  table.number("chunk_bytes", db.limits.chunk_bytes, 1, consensus::max_chunk_bytes);
  table.number("writes_per_second", db.limits.writes_per_second, 1, 1'000'000);
  table.text("digest", digest);
  if (digest == "stacks") {
    db.digest = consensus::ChunkDigest::legacy;
  } else if (digest != "bound") {
    table.fail("digest", "is bound or stacks");
  }
  table.texts("owners", owners);
  if (owners.empty()) table.fail("owners", "at least one is needed: [\"KEY:SLOTS\"]");
  for (const std::string& owner : owners) read_owner(table, owner, db);
  std::uint64_t slots = 0;
  for (const auto& owner : db.owners) slots += owner.slots;
  if (slots > consensus::max_own_slots) {
    table.fail("owners", "together they have more than 65536 slots");
  }
  const auto is_same = [&](const auto& other) { return other.contract == db.contract; };
  if (std::any_of(file.dbs.begin(), file.dbs.end(), is_same)) {
    table.fail("contract", "is declared twice");
  }
  file.dbs.push_back(std::move(db));
}

void read_http(ConfigReader& reader, NodeFile& file) {
  http::ServerConfig http;
  const auto span = [&](const std::string& key, Duration& out) {
    std::int64_t ms = out.ms();
    reader.number(key, ms, 1, 3'600'000);
    out = milliseconds(ms);
  };
  reader.text("http.listen", file.http_listen);
  reader.text("http.cors", http.cors);
  reader.number("http.max_connections", http.max_connections, 1, 65'536);
  reader.number("http.max_watchers", http.max_watchers, 0, 65'536);
  span("http.header_timeout_ms", http.header_timeout);
  span("http.body_timeout_ms", http.body_timeout);
  span("http.write_timeout_ms", http.write_timeout);
  span("http.idle_timeout_ms", http.idle_timeout);
  if (http.cors.find_first_of("\r\n") != std::string::npos) {
    reader.fail("http.cors", "must be one line");
  }
  if (file.http_listen.empty()) return;
  auto listen = network::parse_address(file.http_listen);
  if (!listen.ok()) {
    reader.fail("http.listen", listen.error().detail);
    return;
  }
  http.listen = std::move(listen).value();
  file.http = std::move(http);
}

void read_addresses(ConfigReader& reader, NodeFile& file) {
  if (!file.listen.empty()) {
    auto listen = network::parse_address(file.listen);
    if (!listen.ok())
      reader.fail("listen", listen.error().detail);
    else
      file.transport.listen = std::move(listen).value();
  }
  const auto add = [&](const std::string& key, const std::string& text) {
    auto peer = network::parse_peer(text);
    if (!peer.ok()) {
      reader.fail(key, peer.error().detail);
      return;
    }
    const auto same = [&](const auto& other) { return other.node == peer->node; };
    auto& known = file.transport.peers;
    if (key == "feed") file.transport.feed = peer->node;
    if (std::none_of(known.begin(), known.end(), same)) known.push_back(std::move(peer).value());
  };
  for (const std::string& peer : file.peers) add("peers", peer);
  if (!file.feed.empty()) add("feed", file.feed);
}

std::string list_text(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += fmt::format("\n  \"{}\",", text);
  return out + (texts.empty() ? "]" : "\n]");
}

}  // namespace

Result<NodeFile> read_node_file(const std::string& path) {
  TRY_ASSIGN(ConfigReader reader, ConfigReader::open(path));
  NodeFile out;
  out.path = path;
  reader.text("network", out.network);
  reader.text("keys", out.keys);
  reader.text("data", out.data);
  reader.text("passphrase_file", out.passphrase_file);
  reader.text("listen", out.listen);
  reader.texts("peers", out.peers);
  reader.text("feed", out.feed);
  read_roles(reader, out);
  reader.number("spend_sats", out.spend_sats, 1, 2'100'000'000'000'000);
  reader.number("threads", out.threads, 1, 64);
  reader.text("log", out.log);
  const std::vector<std::string> levels{"debug", "info", "warn", "error", "off"};
  if (std::find(levels.begin(), levels.end(), out.log) == levels.end()) {
    reader.fail("log", "is one of debug, info, warn, error, off");
  }
  reader.number("limits.max_connections", out.max_connections, 1, 4'096);
  reader.number("limits.half_open", out.half_open, 1, 4'096);
  reader.number("limits.half_open_per_address", out.half_open_per_address, 1, 4'096);
  reader.number("limits.outbox_bytes", out.outbox_bytes, 8 << 20, 1 << 30);
  reader.text("transfers.file", out.transfers);
  reader.text("transfers.expected", out.expected);
  reader.number("transfers.share", out.share, 0, 1'000);
  reader.number("transfers.shares", out.shares, 1, 1'000);
  reader.number("transfers.spread_ms", out.spread_ms, 1, 86'400'000);
  reader.number("network_id", out.network_id, 0, UINT32_MAX);
  read_http(reader, out);
  reader.tables("db", [&](ConfigReader& table) { read_db(table, out); });
  if (out.dbs.size() > max_own_dbs) reader.fail("db", "at most 254 are hosted");
  if (out.is_alone() && !out.is_replica) {
    reader.fail("network", "only a node with roles = [\"replica\"] can be without one");
  }
  if (out.is_alone() && out.dbs.empty()) {
    reader.fail("db", "a node without network file serves own DBs: declare a [[db]]");
  }
  if (out.share >= out.shares) reader.fail("transfers.share", "must be below transfers.shares");
  read_addresses(reader, out);
  TRY(reader.finish());
  out.shown = reader.shown();
  for (std::string* file :
       {&out.network, &out.keys, &out.data, &out.passphrase_file, &out.transfers, &out.expected}) {
    *file = beside(path, *file);
  }
  out.transport.half_open = {out.half_open, out.half_open_per_address};
  out.transport.dialer.max_connections =
      std::max<std::uint32_t>(out.max_connections, out.transport.peers.size() + 1);
  out.transport.link.outbox_bytes = out.outbox_bytes;
  return out;
}

std::string own_db_text(const consensus::OwnDb& db) {
  std::vector<std::string> owners;
  for (const consensus::OwnDbOwner& owner : db.owners) {
    owners.push_back(fmt::format("{}:{}", to_hex(owner.key), owner.slots));
  }
  return fmt::format(
      "[[db]]\ncontract = \"{}\"\n# A higher one begins anew.\ngeneration = {}\n"
      "chunk_bytes = {}\nwrites_per_second = {}\n"
      "# What signatures cover: \"bound\", or \"stacks\" for signers of deployed nodes.\n"
      "digest = \"{}\"\n# Key and number of slots; slots are given out in this order.\n"
      "owners = {}\n",
      db.contract.text, db.generation, db.limits.chunk_bytes, db.limits.writes_per_second,
      db.digest == consensus::ChunkDigest::legacy ? "stacks" : "bound", list_text(owners));
}

std::string node_file_text(const NodeFile& file) {
  std::vector<std::string> roles;
  if (file.is_producer) roles.push_back("producer");
  if (file.is_stacker) roles.push_back("stacker");
  if (file.is_replica) roles.push_back("replica");
  std::string out = fmt::format(
      "# A Quorate node. Relative paths are meant from this file's folder. Unknown keys are "
      "errors.\n\n"
      "# What all nodes of the network have in common.\nnetwork = \"{}\"\n"
      "# The node's keys, encrypted under a passphrase.\nkeys = \"{}\"\n"
      "# The passphrase's file; without it QUORATE_PASSPHRASE or the terminal is asked.\n"
      "passphrase_file = \"{}\"\n"
      "# Where promises, blocks and chunks are kept.\ndata = \"{}\"\n\n"
      "# Where other nodes may connect; \"\": nowhere. Only this machine unless told otherwise.\n"
      "listen = \"{}\"\n"
      "# Nodes to keep connections with: node-id@host:port. One is enough to follow the chain;\n"
      "# a producer names all other producers, since election messages go straight to them.\n"
      "peers = {}\n"
      "# Whose word about Bitcoin is taken: node-id@host:port. It is connected to as well.\n"
      "feed = \"{}\"\n\n"
      "# \"producer\", \"stacker\", both, or none: such a node follows and checks everything.\n"
      "# \"replica\": it serves Stacker DBs and nothing else matters; its network may be \"\".\n"
      "roles = {}\n"
      "# What the producer spends on each enrollment, in satoshis.\nspend_sats = {}\n\n"
      "# Threads for the roles; 2 to 4.\nthreads = {}\n"
      "# debug, info, warn, error or off.\nlog = \"{}\"\n",
      file.network, file.keys, file.passphrase_file, file.data, file.listen, list_text(file.peers),
      file.feed, list_text(roles), file.spend_sats, file.threads, file.log);
  out += fmt::format(
      "\n[limits]\n# Connections with nodes that are not named above, and those above.\n"
      "max_connections = {}\n# Connections in their handshake: in all, and from one address.\n"
      "half_open = {}\nhalf_open_per_address = {}\n",
      file.max_connections, file.half_open, file.half_open_per_address);
  out += fmt::format(
      "\n[http]\n# Where clients may ask for Stacker DBs; \"\": nowhere.\nlisten = \"{}\"\n",
      file.http_listen);
  for (const consensus::OwnDb& db : file.dbs) out += "\n" + own_db_text(db);
  if (file.transfers.empty()) return out;
  return out + fmt::format(
                   "\n[transfers]\n# Signed transfers to hand in, and what accounts must hold in "
                   "the end.\nfile = \"{}\"\nexpected = \"{}\"\n# This node's part of the "
                   "accounts, and over which time.\nshare = {}\nshares = {}\nspread_ms = {}\n",
                   file.transfers, file.expected, file.share, file.shares, file.spread_ms);
}

}  // namespace quorate::config
