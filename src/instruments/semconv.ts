/**
 * Attribute names and values of the OpenTelemetry semantic conventions that Plimsoll uses. Most are not stable yet, and
 * the conventions' package asks libraries to copy those instead of importing its `incubating` entry at run time.
 */

/** Schema of every name below. */
export const SCHEMA_URL = 'https://opentelemetry.io/schemas/1.44.0';

export const ATTR_CONTAINER_ID = 'container.id';
export const ATTR_CONTAINER_NAME = 'container.name';
export const ATTR_CONTAINER_IMAGE_NAME = 'container.image.name';
export const ATTR_CONTAINER_IMAGE_TAGS = 'container.image.tags';
export const ATTR_CONTAINER_IMAGE_ID = 'container.image.id';
export const ATTR_CONTAINER_IMAGE_REPO_DIGESTS = 'container.image.repo_digests';
export const ATTR_CONTAINER_COMMAND = 'container.command';
export const ATTR_CONTAINER_RUNTIME_NAME = 'container.runtime.name';
/** Template: the label's key follows verbatim. */
export const ATTR_CONTAINER_LABEL = 'container.label.';
export const ATTR_K8S_POD_NAME = 'k8s.pod.name';
export const ATTR_K8S_POD_UID = 'k8s.pod.uid';
export const ATTR_K8S_NAMESPACE_NAME = 'k8s.namespace.name';
export const ATTR_K8S_CONTAINER_NAME = 'k8s.container.name';
export const ATTR_HOST_NAME = 'host.name';
export const ATTR_HOST_ID = 'host.id';
export const ATTR_SERVICE_NAME = 'service.name';
export const ATTR_SERVICE_VERSION = 'service.version';
export const ATTR_SERVICE_INSTANCE_ID = 'service.instance.id';

export const ATTR_URL_TEMPLATE = 'url.template';
export const ATTR_ERROR_TYPE = 'error.type';
export const ATTR_HTTP_RESPONSE_STATUS_CODE = 'http.response.status_code';
export const ATTR_OTEL_COMPONENT_NAME = 'otel.component.name';
export const ATTR_OTEL_COMPONENT_TYPE = 'otel.component.type';
export const ATTR_SERVER_ADDRESS = 'server.address';
export const ATTR_SERVER_PORT = 'server.port';
export const ATTR_CPU_MODE = 'cpu.mode';
export const ATTR_NETWORK_IO_DIRECTION = 'network.io.direction';
export const ATTR_NETWORK_INTERFACE_NAME = 'network.interface.name';
export const ATTR_PROCESS_STATE = 'process.state';
export const ATTR_PROCESS_EXECUTABLE_NAME = 'process.executable.name';
export const ATTR_PROCESS_CONTEXT_SWITCH_TYPE = 'process.context_switch.type';
export const ATTR_NETWORK_TRANSPORT = 'network.transport';
export const ATTR_NETWORK_CONNECTION_STATE = 'network.connection.state';
export const ATTR_PAGING_FAULT_TYPE = 'system.paging.fault.type';

export const ATTR_DISK_IO_DIRECTION = 'disk.io.direction';
export const ATTR_SYSTEM_DEVICE = 'system.device';

// Not in the conventions: shaped after their nearest cousins there.
export const ATTR_CONTAINER_STATUS = 'container.status';
export const ATTR_CONTAINER_HEALTH = 'container.health';
export const ATTR_PROCESS_MEMORY_TYPE = 'process.memory.type';
export const ATTR_STAGE = 'stage';
export const ATTR_LIMIT = 'limit';
export const ATTR_DESTINATION = 'plimsoll.destination';
export const ATTR_SOURCE = 'source';
export const ATTR_REASON = 'reason';
export const ATTR_MEMORY_EVENT_TYPE = 'memory.event.type';
export const ATTR_PRESSURE_RESOURCE = 'pressure.resource';
export const ATTR_PRESSURE_SCOPE = 'pressure.scope';
