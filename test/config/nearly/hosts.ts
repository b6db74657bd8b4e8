import { ISSUER, PIPELINE, type Wrong } from '../wrong.ts';

/** Hosts, paths and methods that are nearly right. */
export const NEARLY_HOSTS: readonly Wrong[] = [
  {
    title: 'a host in upper case',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: [Orders.Example.com] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: 'Orders.Example.com' is not a host, '*.' and a host, or '*': hosts are compared in lower case: write 'orders.example.com'",
    ],
  },
  {
    title: 'a host outside of ASCII',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: ['*.bücher.example'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: '*.bücher.example' is not a host, '*.' and a host, or '*': names travel as ASCII (punycode, RFC 3492): write '*.xn--bcher-kva.example'",
    ],
  },
  {
    title: 'a host with a port',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: [orders.example.com:8443] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: 'orders.example.com:8443' is not a host, '*.' and a host, or '*': the port is left out: it is dropped from requests before hosts are compared: write 'orders.example.com'",
    ],
  },
  {
    title: 'a host with a dot at its end',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: [orders.example.com.] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: 'orders.example.com.' is not a host, '*.' and a host, or '*': without a dot at its end: write 'orders.example.com'",
    ],
  },
  {
    title: 'a URL as a host',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: ['https://Orders.example.com:8443/orders'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: 'https://Orders.example.com:8443/orders' is not a host, '*.' and a host, or '*': a host has no scheme; a host has no path; paths stand under `paths`; the port is left out: it is dropped from requests before hosts are compared; hosts are compared in lower case: write 'orders.example.com'",
    ],
  },
  {
    title: 'a host with a path',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: [orders.example.com/orders] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: 'orders.example.com/orders' is not a host, '*.' and a host, or '*': a host has no path; paths stand under `paths`: write 'orders.example.com'",
    ],
  },
  {
    title: 'several hosts in one text',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: ['a.example, b.example'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: 'a.example, b.example' is several hosts: write each as an entry of its own, ['a.example', 'b.example']",
    ],
  },
  {
    title: 'a wildcard as cookies have it',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: ['.example.com'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: '.example.com' is not a host, '*.' and a host, or '*': '*.' alone stands for any names in front: write '*.example.com'",
    ],
  },
  {
    title: 'one host in place of a list',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: orders.example.com }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts: must be a list, not 'orders.example.com' (write hosts: [orders.example.com])",
    ],
  },
  {
    title: 'an IPv6 address without brackets',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: ['::1'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: '::1' is not a host, '*.' and a host, or '*': an IPv6 address stands in brackets: write '[::1]'",
    ],
  },
  {
    title: 'a host as a regular expression',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: ['^orders\\.example\\.com$'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: '^orders\\.example\\.com$' is not a host, '*.' and a host, or '*': dots are not escaped: this is no regular expression: write 'orders.example.com'",
    ],
  },
  {
    title: 'a star in the middle of a host',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: ['api.*.example.com'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].hosts[0]: 'api.*.example.com' is not a host, '*.' and a host, or '*': '*' stands only at the beginning, for one name or more",
    ],
  },
  {
    title: 'a host that was to be substituted',
    yaml: `${ISSUER}${PIPELINE}    match: [{ hosts: ['\${HOST}'] }]\n`,
    says: [
      `watchword.yaml:9 pipelines[0].match[0].hosts[0]: '\${HOST}' is not a host, '*.' and a host, or '*' ('\${HOST}' is a placeholder: write the value itself, nothing is substituted here)`,
    ],
  },
  {
    title: 'a path as a regular expression',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: ['^/orders(/|$)(.*)'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].paths[0]: '^/orders(/|$)(.*)' does not begin with '/'; regular expressions are not taken: '*' stands for one segment, '**' at the end for the rest: write '/orders/**'",
    ],
  },
  {
    title: 'a path without a slash',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: [orders] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].paths[0]: 'orders' does not begin with '/': write '/orders'",
    ],
  },
  {
    title: 'two stars in the middle of a path',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: ['/a/**/b'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].paths[0]: '**' in '/a/**/b' is not at the end; '*' stands for one segment",
    ],
  },
  {
    title: 'one path in place of a list',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: /orders }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].paths: must be a list, not '/orders' (write paths: [/orders])",
    ],
  },
  {
    title: 'a URL as a path',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: ['https://a.example/orders'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].paths[0]: 'https://a.example/orders' is a URL: scheme and host do not belong to a path, which begins with '/': write '/orders'",
    ],
  },
  {
    title: 'a star at the end of a word',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: ['/orders*'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].paths[0]: 'orders*' in '/orders*': '*' stands for a whole segment only: write '/orders/**'",
    ],
  },
  {
    title: 'a star alone',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: ['*'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].paths[0]: '*' does not begin with '/': write '/**'",
    ],
  },
  {
    title: 'methods in lower case',
    yaml: `${ISSUER}${PIPELINE}    match: [{ methods: [get, Post] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].methods[0]: must be an HTTP method in upper case, not 'get' (write GET)",
      "watchword.yaml:9 pipelines[0].match[0].methods[1]: must be an HTTP method in upper case, not 'Post' (write POST)",
    ],
  },
  {
    title: 'one method in place of a list',
    yaml: `${ISSUER}${PIPELINE}    match: [{ methods: GET }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].methods: must be a list, not 'GET' (write methods: [GET])",
    ],
  },
  {
    title: 'several methods in one text',
    yaml: `${ISSUER}${PIPELINE}    match: [{ methods: ['GET, POST'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].methods[0]: must be an HTTP method in upper case, not 'GET, POST' (write each by itself: GET, POST)",
    ],
  },
  {
    title: 'names in the singular',
    yaml: `${ISSUER}${PIPELINE}    match: [{ host: a.example, path: /x, method: GET }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].host: unknown setting (did you mean 'hosts'?)",
      "watchword.yaml:9 pipelines[0].match[0].path: unknown setting (did you mean 'paths'?)",
      "watchword.yaml:9 pipelines[0].match[0].method: unknown setting (did you mean 'methods'?)",
    ],
  },
  {
    title: 'a path with a letter outside of ASCII, encoded or not',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: ['/b%C3%BCcher/**', '/bücher'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].paths[0]: '/b%C3%BCcher/**' has characters outside ASCII, which gateways and backends read in several ways: '*' alone can stand for such a segment: write '/*/**'",
      "watchword.yaml:9 pipelines[0].match[0].paths[1]: '/bücher' has characters outside ASCII, which gateways and backends read in several ways: '*' alone can stand for such a segment: write '/*'",
    ],
  },
  {
    title: 'a star for all methods',
    yaml: `${ISSUER}${PIPELINE}    match: [{ paths: [/a], methods: ['*'] }]\n`,
    says: [
      "watchword.yaml:9 pipelines[0].match[0].methods[0]: must be an HTTP method in upper case, not '*' (leave methods out: that is all of them)",
    ],
  },
];
