/** "Did you mean" tells names of the schema to whoever guesses at them: so it is said only to those who may see the schema
 *  anyway. The parser and the validator add it to their messages as the last sentence. */
import type { ApolloServerPlugin } from '@apollo/server';
import type { OperationContext } from './context.js';

const suggestion = / ?Did you mean .*\?$/s;

export function hideSuggestions(mayIntrospect: (context: OperationContext) => boolean): ApolloServerPlugin<OperationContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response, contextValue }) {
          if (response.body.kind !== 'single' || mayIntrospect(contextValue)) return;
          const { singleResult } = response.body;
          const { errors } = singleResult;
          if (errors) singleResult.errors = errors.map((error) => ({ ...error, message: withoutSuggestion(error.message) }));
        },
      };
    },
  };
}

export const withoutSuggestion = (message: string): string => message.replace(suggestion, '');
