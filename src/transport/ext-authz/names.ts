export const SERVICE_NAME = 'envoy.service.auth.v3.Authorization';
export const CHECK_PATH: string = `/${SERVICE_NAME}/Check`;
