#include "runtime/config/node_config.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace quorate::config {

namespace {

void read_roles(ConfigReader& reader, NodeFile& file) {
  std::vector<std::string> roles;
  reader.texts("roles", roles);
  for (const std::string& role : roles) {
    if (role == "producer") {
      file.is_producer = true;
    } else if (role == "stacker") {
      file.is_stacker = true;
    } else {
      reader.fail("roles", "'" + role + "' is none; there are producer and stacker");
    }
  }
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

std::string node_file_text(const NodeFile& file) {
  std::vector<std::string> roles;
  if (file.is_producer) roles.push_back("producer");
  if (file.is_stacker) roles.push_back("stacker");
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
  if (file.transfers.empty()) return out;
  return out + fmt::format(
                   "\n[transfers]\n# Signed transfers to hand in, and what accounts must hold in "
                   "the end.\nfile = \"{}\"\nexpected = \"{}\"\n# This node's part of the "
                   "accounts, and over which time.\nshare = {}\nshares = {}\nspread_ms = {}\n",
                   file.transfers, file.expected, file.share, file.shares, file.spread_ms);
}

}  // namespace quorate::config
