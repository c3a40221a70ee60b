/** The description of the interface as OpenAPI 3.1, made from the table of routes. */
import { z } from 'zod';
import { failure } from '../interface/answers.ts';
import type { Route } from './routes.ts';

type Json = Readonly<Record<string, unknown>>;

/** Returns the document. */
export function openApiDocument(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `/api${route.path.replaceAll(/:(\w+)/g, '{$1}')}`;
    paths[path] = { ...paths[path], [route.method]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Wormwood studio',
      version,
      description:
        'Read-only; what is under POST needs the token that the terminal has printed (docs/studio.md).',
    },
    paths,
    components: { securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'x-wormwood-token' } } },
  };
}

function operationOf({ method, summary, parameters, query, body, answer }: Route): Json {
  const hasBody = Object.keys(body.shape).length > 0;
  const json = (schema: z.ZodType): Json => ({
    'application/json': { schema: z.toJSONSchema(schema, { io: 'input' }) },
  });
  return {
    summary,
    parameters: [...parametersOf(parameters, 'path'), ...parametersOf(query, 'query')],
    ...(hasBody && { requestBody: { required: true, content: json(body) } }),
    responses: {
      200: { description: 'The answer', content: json(answer) },
      default: { description: 'Why not, in a sentence', content: json(failure) },
    },
    ...(method === 'post' && { security: [{ token: [] }] }),
  };
}

function parametersOf(of: z.ZodObject, place: 'path' | 'query'): readonly Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(of, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema,
  }));
}
