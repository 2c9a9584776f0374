#include "runtime/cli/network_options.hpp"

namespace quorate::cli {
namespace {

constexpr const char* cluster_footer = R"(Examples:
  quorate cluster up --nodes 4 --dir /tmp/quorate
      four nodes and a scripted Bitcoin on this machine, 5,000 sample transfers
  quorate cluster up --nodes 4 --dir /tmp/quorate --once
      the same, ending when all transfers are final everywhere and balances are as expected
  quorate cluster status --dir /tmp/quorate --json
  quorate cluster down --dir /tmp/quorate

Exit codes: 0 held, 1 a process or a check failed, 2 usage, 3 input refused.)";

constexpr const char* node_footer = R"(Examples:
  quorate node init --dir n1 --name north --listen 192.0.2.1:20444 --role producer --role stacker
  quorate node --config n1/node.toml
  quorate config show --config n1/node.toml
  quorate node init --dir r1 --role replica --alone --http 127.0.0.1:20480 \
    --db ST000000000000000000002AMW42H.notes=$(quorate keygen --out writer.json):4
  quorate node --config r1/node.toml --role replica

Passphrases come from --passphrase-file, from QUORATE_PASSPHRASE, or from the terminal.
Exit codes: 0 ended by a signal, 1 the node stopped itself, 2 usage, 3 refused.)";

using Chosen = std::optional<NetworkVerb>;

void choose(CLI::App* app, Chosen& chosen, NetworkVerb verb) {
  app->callback([&chosen, verb] {
    if (!chosen) chosen = verb;
  });
}

void add_node(CLI::App& app, NetworkOptions& options, Chosen& chosen) {
  CLI::App* node = app.add_subcommand("node", "Run one node");
  node->footer(node_footer);
  node->add_option("--config", options.config, "Its configuration (default node.toml)")
      ->type_name("FILE");
  node->add_option("--passphrase-file", options.passphrase_file, "Passphrase of its keys")
      ->type_name("FILE");
  node->add_option("--role", options.role_wanted, "replica: stop unless it has no other role")
      ->check(CLI::IsMember({"replica"}));
  CLI::App* init = node->add_subcommand("init", "Write a configuration and keys");
  init->footer(node_footer);
  init->add_option("--dir", options.dir, "A new folder")->required();
  init->add_option("--name", options.name, "How the network file calls it");
  init->add_option("--listen", options.listen, "host:port")->type_name("ADDRESS");
  init->add_option("--peer", options.peers, "node-id@host:port, once per peer")->type_name("PEER");
  init->add_option("--feed", options.feed, "Whose Bitcoin is followed")->type_name("PEER");
  init->add_option("--role", options.roles, "producer, stacker, replica; none: an observer")
      ->check(CLI::IsMember({"producer", "stacker", "replica"}));
  init->add_option("--http", options.http, "Where clients may ask for Stacker DBs")
      ->type_name("ADDRESS");
  init->add_option("--db", options.dbs, "A Stacker DB to host, once per DB")
      ->type_name("CONTRACT=KEY:SLOTS");
  init->add_flag("--alone", options.is_alone, "A replica without a network: --db and nothing else");
  init->add_option("--spend", options.spend_sats, "Satoshis per enrollment");
  init->add_option("--slots", options.slots, "Slots of the stacker, for the network file");
  init->add_option("--passphrase-file", options.passphrase_file, "Passphrase of its keys")
      ->type_name("FILE");
  choose(init, chosen, NetworkVerb::node_init);
  choose(node, chosen, NetworkVerb::node_run);
  CLI::App* config = app.add_subcommand("config", "Look at a node's configuration");
  config->require_subcommand(1);
  CLI::App* show = config->add_subcommand("show", "Every value in force and where it comes from");
  show->footer(node_footer);
  show->add_option("--config", options.config, "Default node.toml")->type_name("FILE");
  show->add_flag("--json", options.json, "Print JSON");
  choose(show, chosen, NetworkVerb::config_show);
}

void add_burnchain(CLI::App& app, NetworkOptions& options, Chosen& chosen) {
  CLI::App* burnchain = app.add_subcommand("burnchain", "Serve a scripted Bitcoin to test nodes");
  burnchain->footer(
      "Examples:\n  quorate burnchain --network network.toml --dir burnchain "
      "--listen 192.0.2.1:20443 --wait-for 3\n\nPrints the line for the nodes' "
      "configuration. Keeps nothing on disk but its key: nodes that\nfollowed one "
      "run cannot follow the next.");
  auto& of = options.burnchain;
  burnchain->add_option("--network", of.network, "The network file")->type_name("FILE");
  burnchain->add_option("--dir", of.dir, "Folder of its key");
  burnchain->add_option("--listen", of.listen, "host:port")->type_name("ADDRESS");
  burnchain->add_option("--interval-ms", of.interval_ms, "Between blocks")
      ->check(CLI::Range(100, 3'600'000));
  burnchain->add_option("--wait-for", of.wait_for, "Nodes to wait for before the first block");
  burnchain->add_option("--passphrase-file", of.passphrase_file, "Passphrase of its key")
      ->type_name("FILE");
  choose(burnchain, chosen, NetworkVerb::burnchain);
}

void add_cluster(CLI::App& app, NetworkOptions& options, Chosen& chosen) {
  CLI::App* cluster = app.add_subcommand("cluster", "A test network of processes on this machine");
  cluster->footer(cluster_footer);
  cluster->require_subcommand(1);
  auto& plan = options.up.plan;
  CLI::App* up = cluster->add_subcommand("up", "Make and run one; Ctrl-C ends it");
  up->footer(cluster_footer);
  up->add_option("--dir", plan.dir, "A new folder")->required();
  up->add_option("--nodes", plan.nodes, "4 to 40 (default 4); from 8 on half produce, half stack");
  up->add_option("--port", plan.port, "First of nodes + 1 ports (default 20440)");
  up->add_option("--burn-interval-ms", plan.burn_interval_ms, "Between Bitcoin blocks")
      ->check(CLI::Range(200, 600'000));
  up->add_option("--spread-ms", plan.spread_ms, "Over which time transfers are handed in")
      ->check(CLI::Range(1, 86'400'000));
  up->add_option("--transfers", plan.transfers, "Signed transfers, one JSON object a line")
      ->type_name("FILE");
  up->add_option("--genesis", plan.genesis, "Opening balances of those accounts")
      ->type_name("FILE");
  up->add_option("--expected", plan.expected, "Accounts that must end exactly so")
      ->type_name("FILE");
  up->add_flag("--once", options.up.once, "End when all is final and as expected");
  up->add_flag("--quiet", options.up.quiet, "No tables");
  choose(up, chosen, NetworkVerb::cluster_up);
  CLI::App* status = cluster->add_subcommand("status", "One line per node");
  status->footer(cluster_footer);
  status->add_option("--dir", plan.dir, "Its folder")->required();
  status->add_flag("--json", options.json, "Print JSON");
  choose(status, chosen, NetworkVerb::cluster_status);
  CLI::App* down = cluster->add_subcommand("down", "End it");
  down->footer(cluster_footer);
  down->add_option("--dir", plan.dir, "Its folder")->required();
  choose(down, chosen, NetworkVerb::cluster_down);
}

}  // namespace

void add_network(CLI::App& app, NetworkOptions& options, std::optional<NetworkVerb>& chosen) {
  add_node(app, options, chosen);
  add_burnchain(app, options, chosen);
  add_cluster(app, options, chosen);
}

}  // namespace quorate::cli
